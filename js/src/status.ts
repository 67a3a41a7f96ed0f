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
  persisted: null,
  progress: null,
};

export function publicStatus(
  status: EngineStatus,
  detail: Error | null,
  before: Status,
): EngineStatus {
  return {
    ...status,
    error: isDetail(detail, status.error?.code) ? detail.toJSON() : status.error,
    // Another context may have synced before this one led.
    lastSyncedAt: status.lastSyncedAt ?? before.lastSyncedAt,
  };
}

// The engine knows no more of a store than that it failed.
function isDetail(detail: Error | null, code: string | undefined): detail is TidemarkError {
  if (!(detail instanceof TidemarkError)) return false;
  return detail.code === code || (code === 'store_failed' && detail.code.startsWith('storage_'));
}

export async function countsOf(store: Store): Promise<Pick<Status, 'deadLetters' | 'losses'>> {
  const [letters, losses] = await Promise.all([store.deadLetters(), store.losses()]);
  return { deadLetters: letters.length, losses: losses.length };
}
