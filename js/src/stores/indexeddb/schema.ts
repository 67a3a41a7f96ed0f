// Tidemark's own object stores in the app's database: their names and their rows.
import type { Change, Cursor, WireRow } from '../../wire.js';
import type { JournalEntry } from '../journal.js';
import type { KeptLoss } from '../losses.js';
import type { SyncState } from '../store.js';

export const logStore = '$tidemark_log';
export const stateStore = '$tidemark_state';
export const gravesStore = '$tidemark_graves';
export const deadStore = '$tidemark_dead';
export const journalStore = '$tidemark_journal';
export const marksStore = '$tidemark_marks';
export const lossesStore = '$tidemark_losses';
export const rereadsStore = '$tidemark_rereads';
export const syncLogStore = '$tidemark_sync';

/**
 * In Dexie's notation. `many` indexes only the entries of more than one record: with it, counting
 * the pending writes reads no entry.
 */
export const ownSchema: Readonly<Record<string, string>> = {
  [logStore]: '++id,many',
  [stateStore]: 'key',
  [gravesStore]: '[table+id]',
  [deadStore]: '++id',
  [journalStore]: '[seq+n]',
  [marksStore]: '++id',
  [lossesStore]: '[table+id+stamp+fields],at',
  [rereadsStore]: '[table+id]',
  [syncLogStore]: '++id',
};
export const ownStores = Object.keys(ownSchema);

/** The one row of the state store. The last members may be missing: an earlier version wrote it. */
export interface StateRow extends Omit<SyncState, 'hub' | 'sweeping' | 'known'> {
  key: 'sync';
  term: number;
  hub?: string | null;
  sweeping?: boolean;
  known?: Cursor;
  /** The last number in the journal. */
  journaled?: number;
  /** Up to this number, it is from before the reading under way, which brings all of it again. */
  old?: number;
  /** Up to which seq the journal was emptied. */
  safe?: number;
  /** Every table that was synced since the last clear: all of them may hold this user's rows. */
  everCovered?: string[];
}

/** `n` tells apart what came under one seq. */
export interface JournalRow extends JournalEntry {
  n: number;
}

/** The places of the records that one page of the reading under way showed. */
export interface MarksRow {
  id?: number;
  places: string[];
}

/** `fields` names it among the losses of one write. */
export interface LossRow extends KeptLoss {
  fields: string;
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
  row?: WireRow;
}
