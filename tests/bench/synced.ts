// When a device has all that the hub has.
import type { Sync } from '../../js/src/types.js';

export function synced({ status }: Pick<Sync, 'status'>): Promise<void> {
  return new Promise((resolve, reject) => {
    status.subscribe(({ lastSyncedAt, error }) => {
      if (lastSyncedAt !== null) resolve();
      if (error !== null) reject(new Error(error.message));
    });
  });
}

/** Nothing but pulls: the hub of the benchmarks has no more. */
export const transport = { paths: { live: null, full: null } };
