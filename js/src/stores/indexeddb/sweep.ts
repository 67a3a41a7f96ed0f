// Reading everything again: what a reset offers and adopts, what each page shows, and the sweep at
// the end.
import type { Join } from '../../merge.js';
import { nodeOf } from '../../stamp-words.js';
import { decodeKey, encodeKey } from '../../values.js';
import type { Change, Cursor } from '../../wire.js';
import { foldHeads, moveCursor, type Offer, offersOf } from '../journal.js';
import { placeOf } from '../pending.js';
import type { Reset, Stamper } from '../store.js';
import type { Access } from './access.js';
import { adoptRows } from './adopt.js';
import { type LogEntry, placesIn } from './entry.js';
import { dropOld, takeJournal } from './journal.js';
import { pendingOf } from './log.js';
import type { Pending } from './page.js';
import {
  type DeadRow,
  deadStore,
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
  { offer, adopt, cursor, known }: Reset,
  join: Join,
  stamper: Stamper,
): Promise<void> {
  const past = offer === null ? [] : await takeJournal(access, offer);
  const heads = foldHeads(past, join);
  const isAsked = [...heads.values()].some(({ columns }) => columns.deleted);
  const pending: Pending = isAsked ? await pendingOf(access, stamper) : new Map();
  const offers = offersOf(heads, ({ table, id }) => pending.get(table)?.get(id) ?? []);
  await putOffers(access, offers, cursor ?? state.known ?? '');
  if (adopt) {
    const tables = Object.keys(state.tables).filter((table) => access.has(table));
    await adoptRows(access, tables, nodeOf(stamper.reserve(1)), false);
  }
  // The next epoch counts anew.
  state.safe = 0;
  await readAgain(access, state, !adopt, known);
}

/** Begins a reading: what the journal says stays until it ends, and `known` is up to where. */
export async function readAgain(
  access: Access,
  state: StateRow,
  sweeping: boolean,
  known?: Cursor,
): Promise<void> {
  await access.clear(marksStore);
  moveCursor(state, null, known);
  Object.assign(state, { sweeping, old: state.journaled ?? 0 });
}

/** Logs the offers in front of all else, so that what was written since finds its record. */
async function putOffers(access: Access, offers: readonly Offer[], at: string): Promise<void> {
  const [next = 1] = (await access.keys(logStore, 1)) as number[];
  const first = Math.min(next, 1) - offers.length;
  const entries = offers.map(({ table, id, columns }, i): LogEntry => {
    const stamp = columns.register;
    const entry = { id: first + i, table, keys: [decodeKey(id)], op: 'put' as const };
    return { ...entry, stamp, offer: at, columns };
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
  await dropOld(access, state);
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
