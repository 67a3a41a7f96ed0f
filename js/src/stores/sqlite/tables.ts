// The synced tables as the database has them: their columns, keys and statements, and the triggers
// that record what is written to them.
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import type { MergeMode } from '../store.js';
import type { Affinity } from './column-values.js';
import type { SqliteDatabase, SqlValue } from './database.js';

export interface Column {
  name: string;
  affinity: Affinity;
  /** Its place in the key, from 1; 0: it is no part of it. */
  key: number;
  /**
   * Its default: what it holds for a field that the row lacks. Where that is NULL, NULL is such a
   * field, and else a null.
   */
  absent: SqlValue;
}

/** Statements of one table: see `table_texts` in sdk/src/sqlite/sql/tables.sql. */
export interface Texts {
  read: string;
  put: string;
  remove: string;
  first: string;
  next: string;
  update: string;
  where: string;
  sweep: string;
  adopt: string;
  probe: string | null;
  change: string | null;
}

export interface Table {
  tbl: number;
  name: string;
  merge: MergeMode;
  /** Whether it is synced now; it may have writes pending all the same. */
  covered: boolean;
  /** Whether SQLite counts its keys. */
  counted: boolean;
  /** By their places in the masks of the log. */
  fields: string[];
  columns: Column[];
  keys: Column[];
  readonly texts: Texts;
}

const advice: Record<string, string> = {
  view: 'is a view: sync the tables that it shows',
  virtual: 'is a virtual table: sync the table that it indexes',
  shadow: 'belongs to a virtual table',
};

/** Throws `table_unsupported` for a name that cannot be synced; returns whether it is counted. */
export function checkTable(db: SqliteDatabase, name: string): boolean {
  const [found] = db.all(sql.tableKind, [name]);
  const refuse = (why: string) => new TidemarkError('table_unsupported', `${name} ${why}`);
  if (found === undefined) throw refuse('is no table of this database');
  const [kind, keys, counted, called] = found as [string, number, number, string];
  if (name.toLowerCase().startsWith('tidemark_')) throw refuse("is Tidemark's own");
  // SQLite finds it all the same; to the hub, and to other devices, it would be another table.
  if (called !== name) throw refuse(`is called ${called} in this database: name it so`);
  if (advice[kind]) throw refuse(advice[kind]);
  if (keys === 0)
    throw refuse(
      'has no primary key: give it one, for example id TEXT PRIMARY KEY, so that its rows can be told apart',
    );
  return counted === 1;
}

type TableRow = [number, string, MergeMode, number, number, string];

/** All that are synced or were; one that is gone has no columns. */
export function readTables(db: SqliteDatabase): Table[] {
  return db.all(sql.tables).map((row) => {
    const [tbl, name, merge, covered, counted, fields] = row as TableRow;
    const columns = db.all(sql.tableColumns, [name]).map(([column, affinity, key, absent]) => ({
      name: column as string,
      affinity: affinity as Affinity,
      key: key as number,
      absent: absent === 'NULL' ? null : valueOf(db, absent as string),
    }));
    const keys = columns.filter(({ key }) => key > 0).sort((a, b) => a.key - b.key);
    let texts: Texts | undefined;
    return {
      ...{ tbl, name, merge, covered: covered === 1, counted: counted === 1, columns, keys },
      fields: JSON.parse(fields),
      // Made when they are asked for: what only looks at a schema has no use for them.
      get texts() {
        texts ??= textsOf(db, tbl);
        return texts;
      },
    };
  });
}

// A default is SQL of the app's own schema: a constant, or an expression.
function valueOf(db: SqliteDatabase, expression: string): SqlValue {
  return db.all(`SELECT ${expression}`)[0]?.[0] ?? null;
}

function textsOf(db: SqliteDatabase, tbl: number): Texts {
  const [row = []] = db.all(sql.tableTexts, [tbl]);
  const [read, put, remove, first, next, update, where, ...others] = row as string[];
  const [sweep, adopt, probe, change] = others;
  return { read, put, remove, first, next, update, where, sweep, adopt, probe, change } as Texts;
}

/** Whether the table was made anew: nothing has recorded what is in it. */
export function isRebuilt(db: SqliteDatabase, { tbl, columns }: Table): boolean {
  return columns.length > 0 && db.all(sql.tableRebuilt, [tbl])[0]?.[0] === 1;
}

/**
 * Makes the triggers of a table anew, for the columns that it has now, unless they are as they
 * should be: every program would have to read the schema again. `migrating`: none of them hinders a
 * column from being dropped, and all updates count as whole writes.
 */
export function rebuildTriggers(db: SqliteDatabase, tbl: number, migrating = false): void {
  const wanted = db
    .all(sql.triggers, [tbl, Number(migrating)])
    .flatMap(([, text]) => (text === null ? [] : [text as string]));
  const there = new Set(db.all(sql.tableTriggers, [tbl]).map(([, text]) => text));
  if (there.size === wanted.length && wanted.every((text) => there.has(text))) return;
  dropTriggers(db, tbl);
  for (const text of wanted) db.exec(text);
}

/** Whether the app has made no trigger on the table since. */
export function areNewest(db: SqliteDatabase, tbl: number): boolean {
  return db.all(sql.tableTriggers, [tbl]).every(([, text]) => text !== null);
}

export function dropTriggers(db: SqliteDatabase, tbl: number): void {
  for (const [name] of db.all(sql.tableTriggers, [tbl])) db.exec(`DROP TRIGGER "${name}"`);
}
