// Covered: which pending writes a pulled change settles, because the hub holds them, or something
// later. Nobody may stamp these again: they would beat what was written since.
import { type Columns, columnsOfChange } from '../columns.js';
import type { Change, StampText, WireRow } from '../wire.js';
import { compareFields, stampIn } from './losses.js';
import type { PendingWrite } from './store.js';

/**
 * Those of a record's `writes` that `change` settles. `local` is what all of them amount to, `row`
 * the row that they left, one kept aside included.
 */
export function coveredBy<T extends Pick<PendingWrite, 'columns' | 'offer'>>(
  change: Change,
  writes: readonly T[],
  local: Columns,
  row: WireRow = {},
): T[] {
  const found = new Set(writes.filter(({ columns }) => covers(change, columns, local, row)));
  const cleared = lastDelete([...found]);
  // What was written before a delete went with it: the row that is shown now has none of it.
  return writes.filter((write) => found.has(write) || write.columns.register < cleared);
}

/** The stamp of the last delete of this device; empty: there is none. */
function lastDelete(writes: readonly Pick<PendingWrite, 'columns' | 'offer'>[]): StampText {
  // One that is offered may be another's: what was written here is kept aside.
  const own = writes.filter(({ columns, offer }) => columns.deleted && offer === undefined);
  const stamps = own.map(({ columns }) => columns.register);
  return stamps.sort().at(-1) ?? '';
}

/** Whether joining `write` to a state that is at least `change` would change nothing. */
function covers(change: Change, write: Columns, local: Columns, row: WireRow): boolean {
  const held = columnsOfChange(change);
  if (held.register < write.register) return false;
  if (held.register === write.register && held.deleted !== write.deleted) return false;
  if (write.deleted) return true;
  // It writes every field, those that nobody names included.
  if (write.base !== null && (held.base === null || held.base < write.base)) return false;
  const theirs = change.row ?? {};
  const names = new Set([...write.fields.keys(), ...held.fields.keys()]);
  if (write.base !== null) for (const each of [row, theirs]) addAll(names, Object.keys(each));
  for (const name of names) {
    const at = stampIn(write, name);
    const theirsAt = stampIn(held, name);
    if (at === null) continue;
    if (theirsAt === null || theirsAt < at) return false;
    // A tie of different values is a copy's doing, and not settled by that. Of a field that was
    // written again since, the value is gone: what the hub has at that stamp is it.
    const isLast = stampIn(local, name) === at;
    if (theirsAt === at && isLast && compareFields(row, theirs, name) !== 0) return false;
  }
  return true;
}

function addAll(names: Set<string>, more: readonly string[]): void {
  for (const name of more) names.add(name);
}
