// The libraries for SQLite that apps have in Node, each as what opens a file.
import { DatabaseSync } from 'node:sqlite';
import BetterDatabase from 'better-sqlite3';

export type Handle = DatabaseSync | BetterDatabase.Database;
/** `options`: the library's own. */
export type Open = (path: string, options?: object) => Handle;

export const libraries: Record<string, Open> = {
  'node:sqlite': (path, options = {}) => quick(new DatabaseSync(path, options)),
  'better-sqlite3': (path, options = {}) => quick(new BetterDatabase(path, options)),
};

// What happens when the power goes is no question of these tests.
function quick<H extends Handle>(handle: H): H {
  handle.exec('PRAGMA synchronous = OFF');
  return handle;
}

/** The rows of a statement as objects: both have that, in types of their own. */
export function rowsOf(handle: Handle, sql: string): Record<string, unknown>[] {
  return (handle as DatabaseSync).prepare(sql).all() as Record<string, unknown>[];
}
