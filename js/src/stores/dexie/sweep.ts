// Reading everything again: what a reset offers and adopts, what each page shows, and the sweep at
// the end.
import type { Join } from '../../merge.js';
import { decodeKey, encodeKey } from '../../values.js';
import type { Change, Cursor } from '../../wire.js';
import { foldHeads, type Offer } from '../journal.js';
import { placeOf } from '../pending.js';
import type { Reset } from '../store.js';
import type { Access } from './access.js';
import { adoptRows } from './adopt.js';
import { type LogEntry, placesIn } from './entry.js';
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
  const [next = 1] = (await access.keys(logStore, 1)) as number[];
  const first = Math.min(next, 1) - offers.length;
  const entries = offers.map(({ table, id, columns }, i): LogEntry => {
    const stamp = columns.register;
    const entry = { id: first + i, table, keys: [decodeKey(id)], op: 'put' as const };
    return { ...entry, stamp, offer: cursor ?? '', columns };
  });
  await access.put(logStore, entries);
}

/** Remembers what a page showed. */
export async function markShown(access: Access, changes: readonly Change[]): Promise<void> {
  if (changes.length > 0) await access.put(marksStore, [{ places: changes.map(placeOf) }]);
}

/**
 * Removes the clean records that the reading that ends here did not show. It has also shown all
 * that was to be read again, but for what is pending.
 */
export async function sweep(access: Access, state: StateRow, tables: readonly string[]) {
  const pending = placesIn(await access.all<LogEntry>(logStore));
  const kept = new Set(pending);
  for (const { places } of await access.all<MarksRow>(marksStore))
    for (const place of places) kept.add(place);
  for (const { change } of await access.all<DeadRow>(deadStore)) kept.add(placeOf(change));
  for (const table of tables) {
    const keys = await access.keys(table);
    await access.delete(
      table,
      keys.filter((key) => isUnknown(kept, table, key)),
    );
  }
  await access.clear(marksStore);
  const rereads = await access.keys(rereadsStore);
  await access.delete(
    rereadsStore,
    rereads.filter((key) => !pending.has(JSON.stringify(key))),
  );
  state.sweeping = false;
}

function isUnknown(kept: ReadonlySet<string>, table: string, key: unknown): boolean {
  try {
    return !kept.has(placeOf({ table, id: encodeKey(key) }));
  } catch {
    return false; // never synced: not the hub's to remove
  }
}
