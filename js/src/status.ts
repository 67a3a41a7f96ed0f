// Status: what the app is shown, out of what the engine says, what the store counts, and what went
// wrong in detail.
import type { EngineStatus } from './engine.js';
import { TidemarkError } from './errors.js';
import type { Store } from './stores/store.js';
import type { Status } from './types.js';

/** Of a context that knows nothing yet. */
export const noStatus: Status = {
  phase: 'following',
  pending: 0,
  lastSyncedAt: null,
  error: null,
  online: true,
  deadLetters: 0,
  losses: 0,
  firstLogin: null,
};

export function publicStatus(
  status: EngineStatus,
  detail: Error | null,
  before: Status,
): EngineStatus {
  const isDetail = detail instanceof TidemarkError && detail.code === status.error?.code;
  return {
    ...status,
    error: isDetail ? detail.toJSON() : status.error,
    // Another context may have synced before this one led.
    lastSyncedAt: status.lastSyncedAt ?? before.lastSyncedAt,
  };
}

export async function countsOf(store: Store): Promise<Pick<Status, 'deadLetters' | 'losses'>> {
  const [letters, losses] = await Promise.all([store.deadLetters(), store.losses()]);
  return { deadLetters: letters.length, losses: losses.length };
}
