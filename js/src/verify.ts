// Verify: compares the rows of a store with the hub's, by digests (protocol.md, `POST digest`): the
// sum of a table's record hashes, and where that differs the sums of its sixteenths, down to the
// records that differ.
import type { Hash } from './core.js';
import { TidemarkError } from './errors.js';
import type { Pump } from './pump.js';
import { placeOf } from './stores/pending.js';
import type { Store } from './stores/store.js';
import type { Transport } from './transports/transport.js';
import type { VerifyReport } from './types.js';
import { canonicalText, setOwn } from './values.js';
import type { Cursor, DigestReply, IdText, RecordKey } from './wire.js';

/** Rows that are hashed at a time. */
const pageRows = 500;
/** How often a table is begun anew because the hub moved on meanwhile. */
const attemptsMax = 5;

interface Hashed {
  id: IdText;
  /** Of the key, 16 digits. */
  key: string;
  hash: bigint;
}

/** What differs: of the records here, and those that only the hub has. */
interface Found {
  here: IdText[];
  missing: IdText[];
}

interface Comparison {
  equal: number;
  differing: RecordKey[];
}

export interface Verifier {
  store: Store;
  transport: Transport;
  hash: Hash;
  schema: number;
  /** Sends and reads everything. */
  flush(pump: Pump): Promise<void>;
  /** Null: sync stopped since, or started anew with another. */
  pump(): Pump | null;
}

/**
 * Compares and repairs all tables; calls back if there was something to repair, also where it
 * rejects later: `unavailable` if the hub moved on each time a table was compared.
 */
export async function verify(
  verifier: Verifier,
  onDiverged: (report: VerifyReport) => void,
): Promise<VerifyReport> {
  const tables: VerifyReport['tables'] = {};
  try {
    for (const table of Object.keys((await verifier.store.load()).tables)) {
      const { equal, differing } = await compare(verifier, table);
      const found = { equal, differing: differing.length, repaired: 0 };
      setOwn(tables, table, found);
      if (differing.length === 0) continue;
      await pumpOf(verifier).readAgain(differing);
      const left = await compare(verifier, table);
      found.repaired = Math.max(0, differing.length - left.differing.length);
    }
    return { tables, at: Date.now() };
  } finally {
    const diverged = Object.values(tables).some(({ differing }) => differing > 0);
    if (diverged) onDiverged({ tables, at: Date.now() });
  }
}

// A pump that stopped would ask the engine, and be told what its successor is to do.
function pumpOf(verifier: Verifier): Pump {
  const pump = verifier.pump();
  if (pump === null) throw new TidemarkError('closed');
  return pump;
}

async function compare(verifier: Verifier, table: string): Promise<Comparison> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    await verifier.flush(pumpOf(verifier));
    const { cursor: at } = pumpOf(verifier).place;
    const local = await hashed(verifier, table);
    const found: Found = { here: [], missing: [] };
    if (!(await descend(verifier, table, '', local, at, found))) continue;
    const ids = [...found.here, ...found.missing];
    const differing = await withoutUnsettled(verifier.store, table, ids);
    return { equal: local.length - found.here.length, differing };
  }
  const times = `the hub moved on each of ${attemptsMax} times`;
  throw new TidemarkError('unavailable', `${table} was not compared: ${times}`);
}

async function hashed({ store, hash }: Verifier, table: string): Promise<Hashed[]> {
  const found: Hashed[] = [];
  const name = JSON.stringify(table);
  let after: unknown;
  do {
    const { rows, next } = await store.scan(table, pageRows, after);
    const keys = rows.map(({ id }) => `${name}\n${id}`);
    const hashes = hash([
      ...keys,
      ...rows.map(({ row }, i) => `${keys[i]}\n${canonicalText(row)}`),
    ]);
    for (const [i, { id }] of rows.entries())
      found.push({ id, key: textOf(hashes[i]), hash: hashes[rows.length + i] as bigint });
    after = next;
  } while (after !== undefined);
  return found;
}

/** Adds what differs under `prefix` to `found`. False: the hub is not where we are. */
async function descend(
  verifier: Verifier,
  table: string,
  prefix: string,
  local: readonly Hashed[],
  at: Cursor,
  found: Found,
): Promise<boolean> {
  const { cursor, count, hash, children, records } = await ask(verifier, table, prefix);
  if (cursor !== at) return false;
  if (isSame(local, { count, hash })) return true;
  if (children === undefined) {
    const there = new Map(records?.map((each) => [each.id, each.hash]));
    for (const { id, hash: mine } of local) {
      if (there.get(id) !== textOf(mine)) found.here.push(id);
      there.delete(id);
    }
    found.missing.push(...there.keys());
    return true;
  }
  for (const [digit, child] of children.entries()) {
    const under = prefix + digit.toString(16);
    const part = local.filter(({ key }) => key.startsWith(under));
    if (isSame(part, child)) continue;
    if (!(await descend(verifier, table, under, part, at, found))) return false;
  }
  return true;
}

async function ask(verifier: Verifier, table: string, prefix: string): Promise<DigestReply> {
  const { transport, schema } = verifier;
  const { hub } = pumpOf(verifier).place;
  const request = { table, prefix, schema, ...(hub !== null && { hub }) };
  const options = { refreshToken: false, signal: new AbortController().signal };
  const reply = await transport.digest?.(request, options);
  if (reply === undefined) throw new TidemarkError('not_found', 'the endpoint has no digests');
  return reply;
}

function isSame(local: readonly Hashed[], { count, hash }: { count: number; hash: string }) {
  return (
    local.length === count && textOf(local.reduce((sum, each) => sum + each.hash, 0n)) === hash
  );
}

// What is on its way, or was refused, is meant to differ.
async function withoutUnsettled(store: Store, table: string, ids: readonly IdText[]) {
  if (ids.length === 0) return [];
  const letters = (await store.deadLetters()).map(({ change }) => placeOf(change));
  const unsettled = new Set([...letters, ...(await store.pendingRecords()).map(placeOf)]);
  return ids.map((id) => ({ table, id })).filter((each) => !unsettled.has(placeOf(each)));
}

/** The last 64 bits. */
function textOf(sum = 0n): string {
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0');
}
