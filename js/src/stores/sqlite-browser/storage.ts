// Where the file is: in the origin private file system, by the package's pool of access handles,
// which asks for no special headers; or in IndexedDB, where that is missing. Once begun in one of
// them, a database stays there.
import sqlite3InitModule, { type Database, type Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import { asTidemarkError, TidemarkError } from '../../errors.js';
import { PageFile } from './page-file.js';
import { installPageVfs, pageFileName, pageVfsName } from './page-vfs.js';
import type { Storage } from './protocol.js';

/** How long a file that another tab has still is waited for, and how often it is tried. */
const openMsMax = 20_000;
const openRetryMsMin = 20;
const openRetryMsMax = 500;
/** Files at a time: the database and its journal, and what a VACUUM needs. */
const poolFiles = 4;

export interface OpenFile {
  readonly storage: Storage;
  readonly sqlite3: Sqlite3Static;
  /** Opens the database in it. */
  connect(): Database;
  /** Resolves when all that was committed is stored. */
  stored(): Promise<void>;
  /** After that failed, with no connection left: as it is stored. */
  revert(): Promise<void>;
  close(): void;
}

/** Older pools delete their files when these cannot be opened. */
const versionMin = 3_054_001;

/** Rejects with `storage_unavailable`. */
export async function openFile(
  name: string,
  owner: string,
  wanted: Storage | undefined,
): Promise<OpenFile> {
  try {
    const sqlite3 = await loadSqlite();
    const { libVersion, libVersionNumber } = sqlite3.version;
    if (libVersionNumber < versionMin)
      throw new TidemarkError('storage_unavailable', `SQLite ${libVersion} is too old`);
    const storage = wanted ?? (await chosen(name));
    return await (storage === 'opfs' ? openPool(sqlite3, name) : openPages(sqlite3, name, owner));
  } catch (error) {
    throw asTidemarkError(error, 'storage_unavailable');
  }
}

async function chosen(name: string): Promise<Storage> {
  if (await PageFile.exists(name)) return 'indexeddb';
  return (await hasFiles()) ? 'opfs' : 'indexeddb';
}

async function hasFiles(): Promise<boolean> {
  const { FileSystemFileHandle: handle } = globalThis;
  if (handle === undefined || !('createSyncAccessHandle' in handle.prototype)) return false;
  if (typeof navigator.storage?.getDirectory !== 'function') return false;
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch (error) {
    // Switched off, as in some private windows. All else may pass, and must not begin another file.
    if (['SecurityError', 'NotAllowedError'].includes((error as Error).name)) return false;
    throw error;
  }
}

let loaded: Promise<Sqlite3Static> | null = null;

// The ways to store files that the package would set up by itself are not used here.
function loadSqlite(): Promise<Sqlite3Static> {
  const unused = { kvvfs: true, opfs: true, 'opfs-vfs': true, 'opfs-wl': true };
  const config = { disable: { vfs: unused } };
  Object.assign(globalThis, { sqlite3ApiConfig: config });
  loaded ??= sqlite3InitModule();
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}

async function openPool(sqlite3: Sqlite3Static, name: string): Promise<OpenFile> {
  const pool = await installPool(sqlite3, `.tidemark-sqlite/${encodeURIComponent(name)}`);
  const connect = () => {
    const db = new pool.OpfsSAHPoolDb('/file');
    // A journal that is deleted would have to be named anew by every transaction.
    db.exec('PRAGMA journal_mode = TRUNCATE');
    return db;
  };
  const nothing = async () => {};
  const close = () => void pool.pauseVfs();
  return { storage: 'opfs', sqlite3, connect, stored: nothing, revert: nothing, close };
}

// A tab that has just died may hold its files a little longer.
async function installPool(sqlite3: Sqlite3Static, directory: string) {
  const options = {
    ...{ name: 'tidemark-pool', directory, initialCapacity: poolFiles, verbosity: 0 },
    // Else a pool that another tab still holds would be deleted.
    ...{ preserveOnInitFailure: true, forceReinitIfPreviouslyFailed: true },
  };
  const end = Date.now() + openMsMax;
  for (let wait = openRetryMsMin; ; wait = Math.min(openRetryMsMax, wait * 2)) {
    try {
      return await sqlite3.installOpfsSAHPoolVfs(options);
    } catch (error) {
      if ((error as Error).name !== 'NoModificationAllowedError') throw error;
      if (Date.now() > end)
        throw new TidemarkError('storage_unavailable', 'another tab holds the file');
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function openPages(sqlite3: Sqlite3Static, name: string, owner: string): Promise<OpenFile> {
  if (globalThis.indexedDB === undefined)
    throw new TidemarkError('storage_unavailable', 'there is no IndexedDB');
  const file = await PageFile.open(name, owner);
  installPageVfs(sqlite3, file);
  const connect = () => {
    const db = new sqlite3.oo1.DB({ filename: pageFileName, flags: 'c', vfs: pageVfsName });
    db.exec('PRAGMA journal_mode = MEMORY');
    return db;
  };
  const [stored, revert] = [() => file.flush(), () => file.revert()];
  return { storage: 'indexeddb', sqlite3, connect, stored, revert, close: () => file.close() };
}
