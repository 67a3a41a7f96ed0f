// Writes to the app's tables that are none of the app: what a page brings, and what goes with it.
import { sql } from '../../generated/sqlite.js';
import type { SqliteDatabase, SqlValue } from './database.js';

/**
 * Which triggers of the app fire for what a page brings. `local`: those that write to no synced
 * table, such as a search index or a log of the device; what the others write is synced itself, and
 * comes from whoever made them fire.
 */
export type AppTriggers = 'local' | 'all' | 'none';

const silenced = { local: 'synced', none: 'all' };

/** From so many rows on, no triggers are quicker than removing what they log. */
const rowsMin = 100;

/** Nothing that `work` writes is recorded: about so many rows. The log ends with a boundary. */
export function unrecorded<T>(
  { db, triggers }: { db: SqliteDatabase; triggers: AppTriggers },
  rows: number,
  work: () => T,
): T {
  if (rows === 0) return work();
  const [[last] = []] = db.all(sql.logLast);
  const silent = silentOf({ db, triggers });
  if (rows >= rowsMin) silent.push(...db.all(sql.ownTriggers));
  const result = without(db, silent, work);
  db.all(sql.logRemoveAfter, [last as number]);
  return result;
}

/** What `work` writes is recorded, and fires no more triggers of the app than a page does. */
export function recorded<T>(on: { db: SqliteDatabase; triggers: AppTriggers }, work: () => T): T {
  return without(on.db, silentOf(on), work);
}

function silentOf({ db, triggers }: { db: SqliteDatabase; triggers: AppTriggers }): SqlValue[][] {
  if (triggers === 'all' || db.all(sql.hasAppTriggers)[0]?.[0] !== 1) return [];
  return db.all(sql.appTriggers, [silenced[triggers]]);
}

function without<T>(db: SqliteDatabase, silent: readonly SqlValue[][], work: () => T): T {
  drop(db, silent);
  const result = work();
  // SQLite fires the newest first: Tidemark's own are to stay that.
  const own = silent.length > 0 ? db.all(sql.ownTriggers) : [];
  drop(db, own);
  for (const [, text] of [...silent, ...own]) db.exec(text as string);
  return result;
}

function drop(db: SqliteDatabase, triggers: readonly SqlValue[][]): void {
  for (const [name] of triggers) db.exec(`DROP TRIGGER "${`${name}`.replaceAll('"', '""')}"`);
}
