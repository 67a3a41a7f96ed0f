// What a hub's storage remembers in SQLite beside its records: nodes, losses and devices.
import { setOwn } from '../values.js';
import type { DeviceMeta, Loss, WireRow } from '../wire.js';
import type { Devices, LossLedger, Nodes } from './hub-store.js';
import { devicesMax } from './limits.js';

export class ObjectNodes implements Nodes {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  retiredBound(node: string): number | null {
    const found = this.#sql.exec<{ bound: number }>(
      'SELECT bound FROM retired_nodes WHERE node = ?',
      node,
    );
    return found.toArray()[0]?.bound ?? null;
  }

  retire(node: string, bound: number): void {
    this.#sql.exec('INSERT OR IGNORE INTO retired_nodes VALUES (?, ?)', node, bound);
  }

  lastTurn(node: string): string | null {
    const found = this.#sql.exec<{ turn: string }>('SELECT turn FROM nodes WHERE node = ?', node);
    return found.toArray()[0]?.turn ?? null;
  }

  setTurn(node: string, turn: string, now: number): void {
    const row = [node, turn, now];
    this.#sql.exec('INSERT OR REPLACE INTO nodes (node, turn, seen) VALUES (?, ?, ?)', ...row);
  }

  dropBefore(at: number): void {
    this.#sql.exec('DELETE FROM nodes WHERE seen < ?', at);
  }

  dropTurns(): void {
    this.#sql.exec('DELETE FROM nodes');
  }
}

type LossRow = {
  n: number;
  tbl: string;
  id: string;
  stamp: string;
  field: string;
  value: string;
  winner: string;
  deleted: number;
  at: number;
};

/** A row per field, so that a value is kept once, whatever it lost to, and with what others. */
export class ObjectLosses implements LossLedger {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add({ table, id, stamp, row, winner, deleted, at }: Loss): number {
    let added = 0;
    for (const [name, value] of Object.entries(row)) {
      const found = this.#sql.exec(
        `INSERT OR IGNORE INTO losses SELECT ?, ?, ?, ?, losses + 1, ?, ?, ?, ? FROM meta
         RETURNING n`,
        JSON.stringify(table),
        id,
        stamp,
        JSON.stringify(name),
        JSON.stringify(value),
        winner,
        deleted ? 1 : 0,
        at,
      );
      added += found.toArray().length;
    }
    if (added === 0) return 0;
    this.#sql.exec('UPDATE meta SET losses = losses + 1');
    return 1;
  }

  *after(n: number): Iterable<Loss & { n: number }> {
    const found = this.#sql.exec<LossRow>('SELECT * FROM losses WHERE n > ? ORDER BY n, field', n);
    let loss: (Loss & { n: number }) | null = null;
    for (const row of found) {
      if (loss !== null && loss.n !== row.n) yield loss;
      if (loss === null || loss.n !== row.n) loss = lossOf(row);
      setOwn(loss.row, JSON.parse(row.field), JSON.parse(row.value));
    }
    if (loss !== null) yield loss;
  }

  dropBefore(at: number): void {
    this.#sql.exec('DELETE FROM losses WHERE at < ?', at);
  }
}

function lossOf({ n, tbl, id, stamp, winner, deleted, at }: LossRow): Loss & { n: number } {
  const row: WireRow = {};
  const loss = { n, table: JSON.parse(tbl), id, stamp, row, winner, at };
  return deleted === 1 ? { ...loss, deleted: true } : loss;
}

type DeviceRow = {
  device: string;
  last_pull_at: number | null;
  last_push_at: number | null;
  changes_pushed: number;
  conflicts: number;
};

export class ObjectDevices implements Devices {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(device: string, counts: DeviceMeta): void {
    const values = [JSON.stringify(device), counts.lastPullAt, counts.lastPushAt];
    const added = [counts.changesPushed, counts.conflicts];
    const found = this.#sql.exec(
      `UPDATE sync_metadata SET last_pull_at = coalesce(?2, last_pull_at),
         last_push_at = coalesce(?3, last_push_at),
         changes_pushed = changes_pushed + ?4, conflicts = conflicts + ?5
       WHERE device = ?1 RETURNING 1`,
      ...values,
      ...added,
    );
    if (found.toArray().length > 0) return;
    this.#sql.exec('INSERT INTO sync_metadata VALUES (?, ?, ?, ?, ?)', ...values, ...added);
    this.#dropOldest();
  }

  #dropOldest(): void {
    this.#sql.exec(
      `DELETE FROM sync_metadata WHERE device IN (
         SELECT device FROM sync_metadata
         ORDER BY max(coalesce(last_pull_at, 0), coalesce(last_push_at, 0)) DESC
         LIMIT -1 OFFSET ?)`,
      devicesMax,
    );
  }

  all(): [device: string, DeviceMeta][] {
    const found = this.#sql.exec<DeviceRow>('SELECT * FROM sync_metadata ORDER BY device');
    return found.toArray().map((row) => [
      JSON.parse(row.device) as string,
      {
        lastPullAt: row.last_pull_at,
        lastPushAt: row.last_push_at,
        changesPushed: row.changes_pushed,
        conflicts: row.conflicts,
      },
    ]);
  }
}
