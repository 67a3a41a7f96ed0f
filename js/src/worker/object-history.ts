// The history of a hub's storage in SQLite: its epochs, and where it stood when.
import type { Epoch, History, Mark, Purged } from './hub-store.js';
import { epochsMax } from './limits.js';

type EpochRow = {
  epoch: string;
  parent: string | null;
  restored_seq: number;
  purged: string | null;
  began: number;
};

export class ObjectHistory implements History {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  epochs(): Epoch[] {
    const found = this.#sql.exec<EpochRow>(
      `WITH RECURSIVE line(epoch, depth) AS (
         SELECT epoch, 0 FROM meta
         UNION ALL
         SELECT e.parent, depth + 1 FROM line JOIN epochs e USING (epoch)
         WHERE e.parent IS NOT NULL
       )
       SELECT e.* FROM line JOIN epochs e USING (epoch) ORDER BY depth`,
    );
    return found.toArray().map(({ restored_seq, ...epoch }) => ({
      ...epoch,
      restoredSeq: restored_seq,
    }));
  }

  begin({ epoch, parent, restoredSeq, purged, began }: Epoch): void {
    const row = [epoch, parent, restoredSeq, purged, began];
    this.#sql.exec('INSERT INTO epochs VALUES (?, ?, ?, ?, ?)', ...row);
    this.#sql.exec('UPDATE meta SET epoch = ?', epoch);
    const line = this.epochs();
    const oldest = line[epochsMax - 1];
    for (const each of line.slice(epochsMax)) this.#merge(each, oldest as Epoch);
  }

  // What was purged in an epoch that is forgotten stays purged.
  #merge({ epoch, purged }: Epoch, into: Epoch): void {
    if (purged !== null) this.#notePurged(into.epoch, purged);
    this.#sql.exec('DELETE FROM epochs WHERE epoch = ?', epoch);
  }

  notePurge({ seq, register }: Purged): void {
    const [present] = this.epochs();
    this.#sql.exec('UPDATE meta SET fence = max(fence, ?)', seq);
    this.#notePurged((present as Epoch).epoch, register);
  }

  #notePurged(epoch: string, register: string): void {
    this.#sql.exec(
      `UPDATE epochs SET purged = max(coalesce(purged, ''), ?) WHERE epoch = ?`,
      register,
      epoch,
    );
  }

  newestMark(): Mark | null {
    const found = this.#sql.exec<{ at: number; seq: number }>(
      'SELECT at, seq FROM marks ORDER BY at DESC LIMIT 1',
    );
    return found.toArray()[0] ?? null;
  }

  seqBefore(at: number): number {
    const found = this.#sql.exec<{ seq: number }>(
      'SELECT seq FROM marks WHERE at < ? ORDER BY at DESC LIMIT 1',
      at,
    );
    return found.toArray()[0]?.seq ?? 0;
  }

  addMark({ at, seq }: Mark): void {
    this.#sql.exec('INSERT INTO marks VALUES (?, ?)', at, seq);
  }

  dropMarksFrom(from: number): void {
    this.#sql.exec('DELETE FROM marks WHERE at >= ?', from);
  }

  dropMarksBehind(at: number): void {
    this.#sql.exec('DELETE FROM marks WHERE at < (SELECT max(at) FROM marks WHERE at < ?)', at);
  }
}
