// Reading everything again: what a reset offers and adopts, what each page shows, and the sweep at
// the end.
import type { Join } from '../../merge.js';
import { decodeKey, encodeKey } from '../../values.js';
import type { Change, Cursor, IdText, StampText } from '../../wire.js';
import { groupBy } from '../group.js';
import { foldHeads, type Offer } from '../journal.js';
import { placeOf } from '../pending.js';
import type { Reset } from '../store.js';
import type { Access } from './access.js';
import { adoptRows } from './adopt.js';
import { type LogEntry, partsOf } from './entry.js';
import { journalPast } from './journal.js';
import {
  type DeadRow,
  deadStore,
  journalStore,
  logStore,
  type MarksRow,
  marksStore,
  rereadsStore,
  type StateRow,
} from './schema.js';

/** Turns `state` to reading from the beginning; it is put by the caller. */
export async function applyReset(
  access: Access,
  state: StateRow,
  { offer, adopt, cursor }: Reset,
  join: Join,
  node: string,
): Promise<void> {
  const known = offer === null ? [] : await journalPast(access, offer);
  const offers = foldHeads(known, join);
  // What is here of a refused change is not what the hub's stamps are of.
  for (const { change } of await access.all<DeadRow>(deadStore)) offers.delete(placeOf(change));
  for (const key of await access.keys(rereadsStore)) offers.delete(JSON.stringify(key));
  await putOffers(access, [...offers.values()], cursor);
  if (adopt) {
    const tables = Object.keys(state.tables).filter((table) => access.has(table));
    await adoptRows(access, tables, node, false);
  }
  await access.clear(journalStore);
  // The next epoch counts anew.
  Object.assign(state, { cursor: null, safe: 0 });
  await readAgain(access, state, !adopt);
}

export async function readAgain(access: Access, state: StateRow, sweeping: boolean): Promise<void> {
  await access.clear(marksStore);
  Object.assign(state, { cursor: null, sweeping });
}

/** Logs the offers in front of all else, so that what was written since finds its record. */
async function putOffers(access: Access, offers: readonly Offer[], cursor: Cursor): Promise<void> {
  const byTable = groupBy(offers, ({ table }) => table);
  const entries = [...byTable].flatMap(([table, of]) => {
    const keys = of.map(({ id }) => decodeKey(id));
    const columns = of.map((each) => each.columns);
    return [...partsOf({ table, keys, op: 'put', offer: cursor ?? '', columns })];
  });
  const [first = 1] = (await access.keys(logStore, 1)) as number[];
  const numbered = entries.map((entry, i): LogEntry => {
    const stamps = entry.columns?.map(({ register }) => register).sort();
    const stamp = stamps?.at(-1) as StampText;
    const many = entry.keys.length > 1 ? { many: entry.keys.length } : {};
    return { ...entry, id: Math.min(first, 1) - entries.length + i, stamp, ...many };
  });
  await access.put(logStore, numbered);
}

/** Remembers what a page showed. */
export async function markShown(access: Access, changes: readonly Change[]): Promise<void> {
  const rows = [...groupBy(changes, ({ table }) => table)].map(([table, of]): MarksRow => {
    return { table, ids: of.map(({ id }) => id) };
  });
  await access.put(marksStore, rows);
}

/**
 * Removes the clean records that the reading that ends here did not show. It has also shown all that
 * was to be read again.
 */
export async function sweep(access: Access, state: StateRow, tables: readonly string[]) {
  const kept = new Kept();
  for (const { table, ids } of await access.all<MarksRow>(marksStore)) kept.add(table, ids);
  for (const { table, keys } of await access.all<LogEntry>(logStore))
    kept.add(table, keys.map(encodeKey));
  for (const { change } of await access.all<DeadRow>(deadStore))
    kept.add(change.table, [change.id]);
  for (const table of tables) {
    const keys = await access.keys(table);
    await access.delete(
      table,
      keys.filter((key) => !kept.has(table, key)),
    );
  }
  await access.clear(marksStore);
  await access.clear(rereadsStore);
  state.sweeping = false;
}

class Kept {
  readonly #ids = new Map<string, Set<IdText>>();

  add(table: string, ids: readonly IdText[]): void {
    const known = this.#ids.get(table) ?? new Set();
    for (const id of ids) known.add(id);
    this.#ids.set(table, known);
  }

  has(table: string, key: unknown): boolean {
    try {
      return this.#ids.get(table)?.has(encodeKey(key)) === true;
    } catch {
      return true; // never synced: not the hub's to remove
    }
  }
}
