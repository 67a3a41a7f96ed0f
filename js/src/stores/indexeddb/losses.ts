// The losses of this device, in their store.
import type { Loss } from '../../wire.js';
import { dropped, fieldsOf, lossesMax, lossesSince, newLosses } from '../losses.js';
import type { Access } from './access.js';
import { type LossRow, lossesStore } from './schema.js';

/** Keeps those that are new, and drops the oldest; returns how many were new. */
export async function keepLosses(access: Access, found: readonly Loss[]): Promise<number> {
  const fresh: LossRow[] = [];
  for (const loss of found) {
    const known = await access.under<LossRow>(lossesStore, [loss.table, loss.id, loss.stamp]);
    for (const each of newLosses([loss], [...known, ...fresh]))
      fresh.push({ ...each, fields: fieldsOf(each) });
  }
  if (fresh.length === 0) return 0;
  await putLosses(access, fresh);
  return fresh.length;
}

async function putLosses(access: Access, losses: readonly LossRow[]): Promise<void> {
  await access.put(lossesStore, losses);
  await access.delete(lossesStore, await access.keysTo(lossesStore, 'at', lossesSince()));
  const over = (await access.count(lossesStore)) - lossesMax;
  if (over <= 0) return;
  const oldest = await access.keysTo(lossesStore, 'at', Number.POSITIVE_INFINITY, over);
  await access.delete(lossesStore, oldest);
}

/** Those that are kept, or that were dropped. */
export async function readLosses(access: Access, isDropped: boolean): Promise<Loss[]> {
  const rows = await access.all<LossRow>(lossesStore);
  return rows
    .filter(({ at, dropped: is = false }) => at >= lossesSince() && is === isDropped)
    .sort((a, b) => a.at - b.at)
    .map(({ fields: _, dropped: __, ...loss }) => loss);
}

export function dropLoss(access: Access, loss: Loss): Promise<void> {
  return putLosses(access, [{ ...dropped(loss), fields: fieldsOf(loss) }]);
}
