// What the hub holds, read as any client could: every page from the beginning. Written from the
// protocol's text alone, so that the package's own client is not asked about itself.
import { canonicalText } from './canonical.mjs';
import { setOwn } from './import/json-reader.mjs';

/** Calls back with (table, canonical key, canonical row) of every record that is not deleted. */
export async function readHub(url, token, onRecord) {
  const headers = { 'Tidemark-Protocol': '1', Authorization: `Bearer ${token}` };
  let cursor = null;
  for (;;) {
    const query = new URLSearchParams({ limit: '5000', ...(cursor === null ? {} : { cursor }) });
    const response = await fetch(`${url}/sync/pull?${query}`, { headers });
    if (!response.ok) throw new Error(`pull: ${response.status} ${await response.text()}`);
    const page = await response.json();
    for (const change of page.changes)
      if (!change.deleted)
        onRecord(
          change.table,
          canonicalText(JSON.parse(change.id)),
          canonicalText(decode(change.row)),
        );
    cursor = page.cursor;
    if (!page.more) return;
  }
}

const tags = {
  '$tm:date': (ms) => new Date(ms ?? Number.NaN),
  '$tm:bigint': BigInt,
  '$tm:bytes': (text) => Uint8Array.from(Buffer.from(text, 'base64')),
  '$tm:undefined': () => undefined,
  '$tm:number': Number,
  '$tm:object': (content) => copy(content),
};

/** A value of the wire, as the app had it. */
export function decode(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  const [name, ...more] = Object.keys(value);
  if (more.length === 0 && name !== undefined && Object.hasOwn(tags, name))
    return tags[name](value[name]);
  return copy(value);
}

function copy(object) {
  const copied = {};
  for (const name of Object.keys(object)) setOwn(copied, name, decode(object[name]));
  return copied;
}
