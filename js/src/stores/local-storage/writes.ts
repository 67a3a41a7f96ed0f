// Writes of the app: what each says, seen against what the item was, and how several become one.
import { TidemarkError } from '../../errors.js';
import type { StampText } from '../../wire.js';
import { changedFields } from '../changed.js';
import { type Digest, type Digests, fieldsUnlike, isSameDigest } from './digests.js';
import { rowOf, type TextFormat } from './formats.js';
import type { Intent, ItemWrite } from './intents.js';
import type { Layout } from './layout.js';
import { type Items, type OwnItems, put } from './own-items.js';
import type { Recent } from './recent.js';
import type { Saved } from './saved.js';
import type { ItemSet } from './synced-storage.js';

/** What is known when an app writes: the saved state, and what is not in it yet. */
export interface Known {
  saved: Saved;
  intents: ReadonlyMap<string, Intent>;
  layout: Layout;
  digests: Digests;
  recent: Recent;
}

type Said = Omit<ItemWrite, 'stamp'>;

/**
 * What setting the items one after the other says of what is synced. Throws `key_unsupported` for
 * an item that is named and has a key that cannot be synced.
 */
export function writesOf(known: Known, items: Items, sets: readonly ItemSet[]): Said[] {
  const texts = new Map<string, string | null>();
  return sets.flatMap(([key, text]) => {
    const before = texts.get(key);
    const said = writeOf(known, key, before === undefined ? items.getItem(key) : before, text, {
      isOwn: before !== undefined,
    });
    texts.set(key, text);
    return said ?? [];
  });
}

/** `isOwn`: what was before was written just now. Null: it says nothing. */
function writeOf(
  known: Known,
  key: string,
  before: string | null,
  text: string | null,
  { isOwn }: { isOwn: boolean },
): Said | null {
  const { layout, digests } = known;
  const record = layout.recordOf(key);
  if (record === null) {
    if (layout.isNamed(key)) throw new TidemarkError('key_unsupported', key.slice(0, 80));
    return null;
  }
  if (before === text) return null;
  if (text === null) return { key, text, fields: null };
  const format = layout.format(record.table);
  const now = before === null ? null : digests.ofRow(rowOf(before, format));
  const left = isOwn ? [now] : leftBy(known, key, format);
  const isNew = left.every((digest) => digest === null);
  if (before === null || isNew || layout.merges[record.table] === 'record')
    return { key, text, fields: null, ...(before === null && { create: true }) };
  // What other code wrote since is in this text, too.
  const others = left.some((digest) => isSameDigest(digest, now)) ? [] : fieldsUnlike(now, ...left);
  const changed = changedFields(rowOf(before, format), rowOf(text, format));
  const fields = [...new Set([...changed, ...others])];
  return fields.length === 0 ? null : { key, text, fields };
}

/** All that the item may be if only Tidemark has written it: some may be on its way. */
function leftBy(known: Known, key: string, format: TextFormat): Digest[] {
  const { saved, intents, digests, recent } = known;
  const counted = new Set(saved.redo.gone);
  const writes = [...intents].flatMap(([name, intent]) => (counted.has(name) ? [] : intent.writes));
  const texts = writes.filter((write) => write.key === key).map(({ text }) => text);
  const written = recent.writtenTo(key);
  if (written !== undefined) texts.push(written);
  const redo = saved.redo.set.find((each) => each.key === key);
  return [
    saved.digests.get(key) ?? null,
    ...(redo ? [redo.before] : []),
    ...texts.map((text) => (text === null ? null : digests.ofRow(rowOf(text, format)))),
  ];
}

/** The greatest stamp of what is known; empty: there is none. */
export function newestIn({ saved, intents }: Pick<Known, 'saved' | 'intents'>): StampText {
  let newest = saved.contents.state.clock ?? '';
  for (const { columns } of saved.contents.log)
    if (columns.register > newest) newest = columns.register;
  for (const { writes, stamps = [] } of intents.values())
    for (const stamp of [...writes.map((write) => write.stamp), ...stamps])
      if (stamp > newest) newest = stamp;
  return newest;
}

/**
 * Leaves the intent, then sets the items: a crash in between leaves the intent, which says all of
 * it. Throws `storage_full`, and leaves everything as it was.
 */
export function carryOut(
  own: OwnItems,
  { intents }: Pick<Known, 'intents'>,
  intent: Intent | null,
  texts: ReadonlyMap<string, string | null>,
): void {
  const { items } = own;
  const first = intent?.writes[0]?.stamp ?? intent?.stamps?.[0];
  const name = first === undefined ? null : own.nextIntent(first, [...intents.keys()].at(-1));
  const undo = [...texts.keys()].map((key) => ({ key, text: items.getItem(key) }));
  if (name !== null) put(items, name, JSON.stringify(intent));
  try {
    for (const [key, text] of texts) put(items, key, text);
  } catch (error) {
    if (name !== null) put(items, name, null);
    // What has grown makes room for what has not.
    for (const { key } of undo) put(items, key, null);
    for (const { key, text } of undo) put(items, key, text);
    throw error;
  }
}
