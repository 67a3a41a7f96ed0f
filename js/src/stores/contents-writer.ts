// Writes to the contents of a store: each an entry of the log, those of one writer one transaction.
import type { Columns } from '../columns.js';
import { TidemarkError } from '../errors.js';
import type { IdText, Loss, RecordKey, StampText, WireRow } from '../wire.js';
import { changedFields } from './changed.js';
import { checkRetry, noLetter, writtenBy } from './local-write.js';
import { type Contents, readAgain } from './memory-commit.js';
import { dropLoss } from './memory-losses.js';
import { deleteColumns, patchColumns, placeOf, wholeColumns } from './pending.js';
import type { DeadLetter, LocalWrite, MergeMode, Stamper } from './store.js';

/** What the port can be asked to write. */
export type Asked =
  | { kind: 'write'; change: LocalWrite }
  | { kind: 'again'; records: readonly RecordKey[] }
  | { kind: 'retry'; letter: number }
  | { kind: 'discard'; letter: number }
  | { kind: 'drop-loss'; loss: Loss };

export class ContentsWriter {
  #transaction: StampText | null = null;

  constructor(
    readonly next: Contents,
    readonly stamper: Stamper,
  ) {}

  perform(asked: Asked): void {
    switch (asked.kind) {
      case 'write':
        return this.#write(asked.change);
      case 'again':
        return this.#again(asked.records);
      case 'retry':
        return this.#retry(asked.letter);
      case 'discard':
        return this.#discard(asked.letter);
      case 'drop-loss':
        return dropLoss(this.next, asked.loss);
    }
  }

  /**
   * Writes a row. Where one is there, only the fields that differ count as written in a table
   * merged by field.
   */
  put(table: string, id: IdText, row: WireRow): void {
    const isField = this.mergeOf(table) === 'field';
    const before = this.next.rows.get(placeOf({ table, id }));
    const fields = before && isField ? changedFields(before, row) : null;
    if (fields?.length === 0) return;
    this.record({ table, id }, fields, before === undefined);
    this.next.rows.set(placeOf({ table, id }), row);
  }

  delete(table: string, id: IdText): void {
    this.mergeOf(table);
    this.record({ table, id }, 'deleted');
    this.next.rows.delete(placeOf({ table, id }));
  }

  mergeOf(table: string): MergeMode {
    const { tables } = this.next.state;
    if (!Object.hasOwn(tables, table))
      throw new TidemarkError('table_unsupported', `there is no table ${table}`);
    return tables[table] as MergeMode;
  }

  /** Logs a write. `fields`: those it wrote; null: all of them. */
  record({ table, id }: RecordKey, fields: string[] | null | 'deleted', create = false): void {
    const stamp = this.stamper.reserve(1);
    this.#transaction ??= stamp;
    this.next.log.push({
      entry: ++this.next.entries,
      index: 0,
      transaction: this.#transaction,
      table,
      id,
      columns: columnsOf(fields, stamp),
      create,
    });
  }

  #write(change: LocalWrite, letter?: DeadLetter): void {
    const { table, id } = change;
    const merge = this.mergeOf(table);
    const { rows } = this.next;
    const written = writtenBy(structuredClone(change), rows.get(placeOf(change)), merge, letter);
    if (written === null) return;
    const { row, fields, create } = written;
    this.record({ table, id }, row === null ? 'deleted' : fields, create);
    if (row === null) rows.delete(placeOf(change));
    else rows.set(placeOf(change), row);
  }

  #again(records: readonly RecordKey[]): void {
    const here = records.filter((each) => this.next.rows.has(placeOf(each)));
    for (const { table, id } of here) this.record({ table, id }, null, true);
  }

  #retry(id: number): void {
    const letter = this.#letter(id);
    checkRetry(letter, this.next.rereads.has(placeOf(letter.change)));
    this.#write(letter.change, letter);
    this.#dropLetter(letter);
  }

  #discard(id: number): void {
    const letter = this.#letter(id);
    readAgain(this.next, letter.change);
    this.#dropLetter(letter);
  }

  #letter(id: number): DeadLetter {
    const letter = this.next.dead.find((each) => each.id === id);
    if (letter === undefined) throw noLetter(id);
    return letter;
  }

  #dropLetter(letter: DeadLetter): void {
    this.next.dead = this.next.dead.filter((each) => each !== letter);
  }
}

function columnsOf(fields: string[] | null | 'deleted', stamp: StampText): Columns {
  if (fields === 'deleted') return deleteColumns(stamp);
  return fields === null ? wholeColumns(stamp) : patchColumns(fields, stamp);
}
