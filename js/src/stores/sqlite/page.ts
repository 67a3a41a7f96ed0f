// Changes of the hub, written to the app's tables: as they are where a record is clean, joined with
// what is pending where it is not.
import { columnsOfChange, type JoinedColumns } from '../../columns.js';
import { TidemarkError } from '../../errors.js';
import { sql } from '../../generated/sqlite.js';
import type { Join } from '../../merge.js';
import { checkValue, isAbsent } from '../../values.js';
import type { Change, IdText, Loss, RecordKey, WireRow } from '../../wire.js';
import { patchedRow } from '../changed.js';
import { coveredBy } from '../covered.js';
import { groupBy } from '../group.js';
import { lossesOf } from '../losses.js';
import { decide, foldWrites, placeOf } from '../pending.js';
import { putMany } from './bulk.js';
import type { SqliteDatabase, SqlValue } from './database.js';
import { addLetter, countLetters } from './letters.js';
import { type LogWrite, type RowsByNumber, readWritesOf } from './log.js';
import { graveOf } from './outbox.js';
import type { Rows } from './rows.js';

/** What came of changes, beside the rows. */
export interface PageOutcome {
  /** Patches that had no record to patch. */
  missing: RecordKey[];
  /** Records whose pending writes met a change: these may be stamped again. */
  contested: RecordKey[];
  /** Pending writes that the hub was shown to hold, or something later. */
  covered: LogWrite[];
  losses: Loss[];
  /** Records whose rows the database does not let in. */
  refused: RecordKey[];
}

export const newOutcome = (): PageOutcome => ({
  missing: [],
  contested: [],
  covered: [],
  losses: [],
  refused: [],
});

/** What a letter says whose record is shown once that is no longer so. */
const placeTaken = 'has its place in a unique index';

/** Has the records read again whose place in a unique index is free. */
export function askForFree(db: SqliteDatabase, tables: RowsByNumber): void {
  const byName = new Map([...tables.values()].map((rows) => [rows.table.name, rows]));
  for (const [name, id, row] of db.all(sql.lettersSaying, [`%${placeTaken}`])) {
    const rows = byName.get(name as string);
    if (!rows?.table.covered || !rows.exists) continue;
    // One that has it meanwhile, and has to give it up, makes it no less free.
    const rivals = rows.rivals(id as IdText, JSON.parse(row as string));
    if (rivals.some((rival) => rival < (id as IdText))) continue;
    db.all(sql.rereadAdd, [name as string, id as string]);
  }
}

/** Pending writes by the place of their record. */
export type Pending = Map<string, LogWrite[]>;

/** What is pending of the records of `changes`. */
export function pendingOf(
  db: SqliteDatabase,
  tables: RowsByNumber,
  changes: readonly RecordKey[],
): Pending {
  const byName = new Map([...tables.values()].map((rows) => [rows.table.name, rows]));
  const records = changes.flatMap(({ table, id }): [number, SqlValue][] => {
    const rows = byName.get(table);
    const key = rows && keyOrNone(rows, id);
    return rows && key !== undefined ? [[rows.table.tbl, key]] : [];
  });
  return groupBy(records.length > 0 ? readWritesOf(db, tables, records) : [], placeOf);
}

// A key that has no place here has no writes, either.
function keyOrNone(rows: Rows, id: IdText): SqlValue | undefined {
  try {
    return rows.key(id);
  } catch {
    return undefined;
  }
}

/** Throws `bad_reply` for a value that is not in the grammar. */
function checkRow(row: WireRow): void {
  for (const name of Object.keys(row)) {
    const value = row[name];
    if (typeof value === 'object' && !isAbsent(value)) checkValue(value);
  }
}

/** The changes of one page to one table, written in an order that fits its indexes. */
export class TablePage {
  readonly #puts = new Map<IdText, WireRow>();
  readonly #deletes: IdText[] = [];
  readonly #changes = new Map<IdText, Change>();
  #letters: boolean | null = null;

  constructor(
    readonly rows: Rows,
    readonly outcome: PageOutcome,
  ) {}

  apply(changes: readonly Change[], join: Join, pending: Pending): void {
    for (const change of changes) {
      this.#changes.set(change.id, change);
      checkRow(change.row ?? {});
    }
    const isClean = (change: Change) => pending.size === 0 || !pending.has(placeOf(change));
    const clean = changes.filter(isClean);
    const contested = changes.filter((change) => !isClean(change) && !change.absent);
    if (contested.length > 0) this.#merge(contested, join, pending);
    for (const { id, deleted, absent, patch, row = {} } of clean)
      if (deleted || absent) this.#deletes.push(id);
      else if (!patch) this.#puts.set(id, row);
    for (const id of this.#deletes) this.#attempt(id, () => this.#remove(id));
    for (const change of clean) if (change.patch) this.#patch(change);
    this.#put();
  }

  #merge(changes: readonly Change[], join: Join, pending: Pending): void {
    const writes = changes.map((change) => pending.get(placeOf(change)) as LogWrite[]);
    const local = writes.map((of) => foldWrites(of.map(({ columns }) => columns)));
    const joined = join(local, changes.map(columnsOfChange));
    for (const [i, change] of changes.entries()) {
      const mine = local[i] as NonNullable<(typeof local)[number]>;
      this.#meet(change, writes[i] as LogWrite[], mine, joined[i] as JoinedColumns, pending);
    }
  }

  #meet(
    change: Change,
    writes: readonly LogWrite[],
    local: ReturnType<typeof foldWrites>,
    joined: JoinedColumns,
    pending: Pending,
  ): void {
    const { db, table } = this.rows;
    const { id } = change;
    this.outcome.contested.push({ table: table.name, id });
    const key = this.rows.key(id);
    const here = this.rows.read(id);
    const row = here ?? graveOf(db, table.tbl, key);
    this.outcome.losses.push(...lossesOf(local, row, change, joined));
    const covered = new Set(coveredBy(change, writes, local, row));
    this.outcome.covered.push(...covered);
    const left = writes.filter((write) => !covered.has(write));
    if (left.length > 0) pending.set(placeOf(change), left);
    else pending.delete(placeOf(change));
    const decision = decide(local, row, change, joined);
    if (decision.kind === 'put') this.#puts.set(id, decision.row);
    if (decision.kind !== 'delete') return;
    this.#deletes.push(id);
    if (here !== undefined) db.all(sql.gravePut, [table.tbl, key, JSON.stringify(here)]);
  }

  /** One that a unique index refuses contends with its whole row. */
  #patch({ id, row = {} }: Change): void {
    const whole = (error: TidemarkError) => {
      const before = error.code === 'constraint' ? this.rows.read(id) : undefined;
      if (before === undefined) this.#refuse(id, error);
      else this.#puts.set(id, patchedRow(before, row));
    };
    const isHere = this.#attempt(id, () => this.rows.patch(id, row), whole);
    if (isHere === false) this.outcome.missing.push({ table: this.rows.table.name, id });
  }

  /** What one row leaves a unique index may be what another needs. */
  #put(): void {
    let left = this.#hasLetters() ? [...this.#puts] : putMany(this.rows, this.#puts);
    while (left.length > 0) {
      const refused = new Map<IdText, TidemarkError>();
      for (const [id, row] of left)
        this.#attempt(
          id,
          () => this.#putOne(id, row),
          (error) => refused.set(id, error),
        );
      const stuck = refused.size === left.length;
      left = left.filter(([id]) => refused.has(id));
      if (stuck) return this.#putAnew(left);
    }
  }

  /** Those that stand in each other's way: what is there of them makes room first. */
  #putAnew(left: [IdText, WireRow][]): void {
    for (const [id] of left)
      this.#attempt(
        id,
        () => this.rows.remove(id),
        () => {},
      );
    for (const [id, row] of left.sort(([a], [b]) => (a < b ? -1 : 1)))
      this.#attempt(
        id,
        () => this.#putOne(id, row),
        (error) => this.#contend(id, row, error),
      );
  }

  #putOne(id: IdText, row: WireRow): void {
    this.rows.put(id, row);
    this.#dropLetter(id);
  }

  #remove(id: IdText): void {
    this.rows.remove(id);
    this.#dropLetter(id);
  }

  /** What it says of the record is over. */
  #dropLetter(id: IdText): void {
    if (this.#hasLetters()) this.rows.db.all(sql.letterDropRefused, [this.rows.table.name, id]);
  }

  #hasLetters(): boolean {
    this.#letters ??= countLetters(this.rows.db) > 0;
    return this.#letters;
  }

  /**
   * Of the rows that want one place in a unique index the one with the least id has it, whichever
   * came first: so all devices show the same one, and all have a letter of the others.
   */
  #contend(id: IdText, row: WireRow, error: TidemarkError): void {
    const rivals = error.code === 'constraint' ? this.rows.rivals(id, row) : [];
    const [winner] = rivals.filter((rival) => rival < id);
    if (winner !== undefined) return this.#lose(id, winner, row);
    if (rivals.length === 0) return this.#refuse(id, error);
    for (const rival of rivals) this.#oust(rival, id);
    this.#attempt(id, () => this.#putOne(id, row));
  }

  #oust(rival: IdText, winner: IdText): void {
    const { db, table } = this.rows;
    const row = this.rows.read(rival) as WireRow;
    const key = this.rows.key(rival);
    let stays = false;
    this.#attempt(
      rival,
      () => this.rows.remove(rival),
      () => {
        stays = true;
      },
    );
    if (stays) return; // the app's schema keeps it: there is no place for the winner
    if (db.all(sql.logHas, [table.tbl, key])[0]?.[0] === 1)
      db.all(sql.gravePut, [table.tbl, key, JSON.stringify(row)]);
    this.#lose(rival, winner, row);
  }

  /** `row` is not shown as long as the winner has its place. */
  #lose(id: IdText, winner: IdText, row: WireRow): void {
    const { db, table } = this.rows;
    const { stamp } = (this.#changes.get(id) ?? this.#changes.get(winner)) as Change;
    const message = `${table.name} ${id}: ${winner} ${placeTaken}`;
    this.outcome.refused.push({ table: table.name, id });
    db.all(sql.letterDropRefused, [table.name, id]);
    addLetter(db, { table: table.name, id, stamp, row }, { code: 'constraint', message }, row);
  }

  // The page must not wait for the app to choose.
  #attempt<T>(
    id: IdText,
    write: () => T,
    refused: (error: TidemarkError) => void = (error) => this.#refuse(id, error),
  ): T | undefined {
    try {
      return write();
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
      if (error.code !== 'constraint' && error.code !== 'key_unsupported') throw error;
      refused(error);
      return undefined;
    }
  }

  #refuse(id: IdText, { code, message }: TidemarkError): void {
    const change = this.#changes.get(id) as Change;
    const removes = change.deleted || change.absent;
    if (removes && code === 'key_unsupported') return; // it was never here
    this.outcome.refused.push(change);
    this.rows.db.all(sql.letterDropRefused, [change.table, id]);
    addLetter(this.rows.db, change, { code, message });
  }
}
