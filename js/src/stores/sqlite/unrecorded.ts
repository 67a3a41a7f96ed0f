// Writes to the app's tables that are none of the app: what a page brings, and what goes with it.
import { sql } from '../../generated/sqlite.js';
import type { SqliteDatabase } from './database.js';

/**
 * Which triggers of the app fire for what a page brings. `local`: those that write to no synced
 * table, such as a search index or a log of the device; what the others write is synced itself, and
 * comes from whoever made them fire.
 */
export type AppTriggers = 'local' | 'all' | 'none';

const silenced = { local: 'synced', none: 'all' };

/** From so many rows on, triggers that are not there are quicker than what they log and is removed. */
const rowsMin = 100;

/** Nothing that `work` writes is recorded: about so many rows. The log ends with a boundary. */
export function unrecorded<T>(
  { db, triggers }: { db: SqliteDatabase; triggers: AppTriggers },
  rows: number,
  work: () => T,
): T {
  if (rows === 0) return work();
  const [[last] = []] = db.all(sql.logLast);
  const silent = triggers === 'all' ? [] : db.all(sql.appTriggers, [silenced[triggers]]);
  if (rows >= rowsMin) silent.push(...db.all(sql.ownTriggers));
  for (const [name] of silent) db.exec(`DROP TRIGGER "${`${name}`.replaceAll('"', '""')}"`);
  const result = work();
  for (const [, text] of silent) db.exec(text as string);
  db.all(sql.logRemoveAfter, [last as number]);
  return result;
}
