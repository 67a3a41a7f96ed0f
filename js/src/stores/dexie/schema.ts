// Tidemark's own object stores in the app's Dexie database: their names, their rows, and how they
// get there.
import type { Dexie } from 'dexie';
import type { Change, Cursor, StampText } from '../../wire.js';
import type { MergeMode } from '../store.js';

export const logStore = '$tidemark_log';
export const stateStore = '$tidemark_state';
export const gravesStore = '$tidemark_graves';
export const deadStore = '$tidemark_dead';
export const ownStores = [logStore, stateStore, gravesStore, deadStore] as const;

/**
 * `many` indexes only the entries of more than one record: with it, counting the pending writes
 * reads no entry.
 */
const ownSchema = {
  [logStore]: '++id,many',
  [stateStore]: 'key',
  [gravesStore]: '[table+id]',
  [deadStore]: '++id',
};

/** The one row of the state store. */
export interface StateRow {
  key: 'sync';
  cursor: Cursor;
  clock: StampText | null;
  offsetMs: number | null;
  device: string;
  tables: Record<string, MergeMode>;
  term: number;
}

/** A row that a pulled delete took from its table while writes of it were pending. */
export interface GraveRow {
  table: string;
  id: string;
  row: object;
}

export interface DeadRow {
  id?: number;
  change: Change;
  code: string;
  message: string;
  at: number;
}

type ParseStores = (this: unknown, stores: Record<string, unknown>, schema: unknown) => void;

/**
 * Adds the stores to every version that `db` declares. Dexie 4 adds missing stores to an existing
 * database without a new version number, so an app only adds the addon.
 */
export function addOwnStores(db: Dexie): void {
  const version = (db as unknown as { Version: { prototype: { _parseStoresSpec: ParseStores } } })
    .Version.prototype;
  const parse = version._parseStoresSpec;
  version._parseStoresSpec = function (stores, schema) {
    parse.call(this, { ...stores, ...ownSchema }, schema);
  };
}
