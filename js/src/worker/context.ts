// What every call of a hub works with, and what an app may set of it.
import type { Hash } from '../core.js';
import type { Join } from '../merge.js';
import type { HubStore } from './hub-store.js';
import { backupDays, lossDays, tombstoneDays } from './limits.js';

export interface HubOptions {
  /** How long a backup of the storage is kept, at most. */
  backupDays: number;
  /** How long a delete is remembered, at least. */
  tombstoneDays: number;
  /** How long a value that lost is kept. */
  lossDays: number;
  /** The least schema version of an app that may read or write; one that names none has 1. */
  schemaMin: number;
}

export const defaultOptions: HubOptions = { backupDays, tombstoneDays, lossDays, schemaMin: 1 };

export interface Context {
  readonly store: HubStore;
  readonly join: Join;
  readonly hash: Hash;
  readonly options: HubOptions;
}
