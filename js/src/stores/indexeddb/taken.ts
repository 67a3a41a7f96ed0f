// What the hub took, held against what the app shows.
import { decodeKey } from '../../values.js';
import type { Loss } from '../../wire.js';
import { type Acknowledgement, takenOf } from '../commit.js';
import { groupBy } from '../group.js';
import { lossOfShown } from '../losses.js';
import { placeOf } from '../pending.js';
import type { Access } from './access.js';
import { type LogEntry, placesIn } from './entry.js';
import { encodedRow } from './rows.js';
import { gravesStore, logStore, rereadsStore, type StateRow } from './schema.js';

/** After its writes left the log; returns what deletes took with them. */
export async function showTaken(
  access: Access,
  { tables }: StateRow,
  acknowledged: readonly Acknowledgement[],
): Promise<Loss[]> {
  // Of a table that is no longer synced, nobody records what the app writes.
  const taken = takenOf(acknowledged).filter(({ table }) => Object.hasOwn(tables, table));
  const asked = (await mayHide(access)) ? taken : taken.filter(({ deleted }) => deleted);
  const losses: Loss[] = [];
  for (const [table, changes] of groupBy(asked, (change) => change.table)) {
    if (!access.holds(table)) continue;
    const keys = changes.map(({ id }) => decodeKey(id));
    const rows = await access.getMany<object>(table, keys);
    const hidden = changes.filter(({ deleted }, i) => !deleted && rows[i] === undefined);
    await access.put(
      rereadsStore,
      hidden.map(({ id }) => ({ table, id })),
    );
    for (const [i, change] of changes.entries()) {
      // One that cannot be sent was never the hub's to remove.
      const row = change.deleted && encodedRow(rows[i], table);
      if (row) losses.push(lossOfShown(change, row, change.stamp, change.stamp));
    }
  }
  return remove(access, losses);
}

/**
 * Whether a row that was sent may be hidden: put aside by a delete that was pulled, or deleted by
 * the app since, which is in the log.
 */
async function mayHide(access: Access): Promise<boolean> {
  return (await access.count(gravesStore)) > 0 || (await access.count(logStore)) > 0;
}

/** Removes the rows of `losses` that have no pending writes, and returns these. */
async function remove(access: Access, losses: readonly Loss[]): Promise<Loss[]> {
  if (losses.length === 0) return [];
  const pending = placesIn(await access.all<LogEntry>(logStore));
  const gone = losses.filter((loss) => !pending.has(placeOf(loss)));
  for (const [table, of] of groupBy(gone, (loss) => loss.table))
    await access.delete(
      table,
      of.map(({ id }) => decodeKey(id)),
    );
  return gone;
}
