// ObjectStore: the hub's store in a Durable Object's SQLite. Names are kept as JSON text: there, a
// lone surrogate or a NUL is an escape and survives, which as bare text it would not.
import type { StampText } from '../wire.js';
import type {
  Head,
  HeldRecord,
  HeldState,
  HubStore,
  Purged,
  RecordKey,
  TableCounts,
} from './hub-store.js';
import { isOver, rowBytesMax } from './limits.js';
import { ObjectHistory } from './object-history.js';
import { ObjectDevices, ObjectLosses, ObjectNodes } from './object-ledgers.js';
import { prepareTables } from './object-tables.js';

// Above 0, prev_seq is of an earlier form: its by_node need not know all of the record.
const stateColumns = `r.seq, r.whole_seq, iif(r.prev_seq = 0, r.by_node, NULL) AS by_node, r.base,
  r.fields, r.register, r.deleted, r.lost_register, octet_length(r.row) AS row_bytes,
  r.born`;

type StateRow = {
  seq: number;
  whole_seq: number;
  by_node: string | null;
  base: string | null;
  fields: string;
  register: string;
  deleted: number;
  lost_register: string | null;
  row_bytes: number;
  born: string | null;
};
type RecordRow = StateRow & { tbl: string; id: string; row: string };
/** A field above the base, as stored. */
type FieldEntry = [name: string, stamp: StampText, seq: number];

/** Keys of one look-up: well under what one bound value may hold. */
const keysMax = 250;

export class ObjectStore implements HubStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly history: ObjectHistory;
  readonly nodes: ObjectNodes;
  readonly losses: ObjectLosses;
  readonly devices: ObjectDevices;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.history = new ObjectHistory(storage.sql);
    this.nodes = new ObjectNodes(storage.sql);
    this.losses = new ObjectLosses(storage.sql);
    this.devices = new ObjectDevices(storage.sql);
    storage.transactionSync(() => prepareTables(storage.sql));
  }

  transaction<T>(body: () => T): T {
    return this.#storage.transactionSync(body);
  }

  head(): Head {
    return this.#sql.exec<Head & Row>('SELECT hub, epoch, seq, fence FROM meta').one();
  }

  setSeq(seq: number): void {
    this.#sql.exec('UPDATE meta SET seq = ?', seq);
  }

  readStates(keys: readonly RecordKey[]): (HeldState | null)[] {
    const states = new Array<HeldState | null>(keys.length).fill(null);
    for (let from = 0; from < keys.length; from += keysMax) {
      const wanted = keys.slice(from, from + keysMax).map(({ table, id }) => [nameText(table), id]);
      const found = this.#sql.exec<StateRow & { place: number }>(
        `SELECT k.key AS place, ${stateColumns} FROM json_each(?) k
         CROSS JOIN records r ON r.tbl = k.value ->> 0 AND r.id = k.value ->> 1`,
        JSON.stringify(wanted),
      );
      for (const row of found) states[from + row.place] = stateOf(row);
    }
    return states;
  }

  readRow({ table, id }: RecordKey): string {
    const found = this.#sql.exec<{ row: string }>(
      'SELECT row FROM records WHERE tbl = ? AND id = ?',
      nameText(table),
      id,
    );
    return found.one().row;
  }

  write({ table, id }: RecordKey, state: HeldState, rowText: string | null): boolean {
    const { columns } = state;
    const fields = JSON.stringify(entriesOf(state));
    const rowBytesLeft = rowBytesMax - (rowText === null ? state.rowBytes : 0);
    if (isOver(rowBytesLeft, fields + (rowText ?? ''))) return false;
    this.#sql.exec(
      `INSERT INTO records
         VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9, ?10, coalesce(?11, '{}'), ?12)
       ON CONFLICT DO UPDATE SET seq = ?3, whole_seq = ?4, prev_seq = 0, by_node = ?5, base = ?6,
         fields = ?7, register = ?8, deleted = ?9, lost_register = ?10, row = coalesce(?11, row),
         born = ?12`,
      nameText(table),
      id,
      state.seq,
      state.wholeSeq,
      state.byNode,
      columns.base,
      fields,
      columns.register,
      columns.deleted ? 1 : 0,
      state.lostRegister,
      rowText,
      state.born,
    );
    return true;
  }

  *since(seq: number): Iterable<HeldRecord> {
    const found = this.#sql.exec<RecordRow>(
      `SELECT r.tbl, r.id, r.row, ${stateColumns} FROM records r WHERE r.seq > ? ORDER BY r.seq, r.tbl, r.id`,
      seq,
    );
    for (const row of found)
      yield { table: JSON.parse(row.tbl), id: row.id, state: stateOf(row), rowText: row.row };
  }

  *shown(table: string): Iterable<{ id: string; rowText: string }> {
    const found = this.#sql.exec<{ id: string; row: string }>(
      'SELECT id, row FROM records WHERE tbl = ? AND deleted = 0',
      nameText(table),
    );
    for (const { id, row } of found) yield { id, rowText: row };
  }

  counts(): TableCounts[] {
    const found = this.#sql.exec<{ tbl: string; records: number; tombstones: number }>(
      'SELECT tbl, sum(deleted = 0) AS records, sum(deleted) AS tombstones FROM records GROUP BY tbl',
    );
    return found.toArray().map(({ tbl, ...counts }) => ({ table: JSON.parse(tbl), ...counts }));
  }

  greatestNumber(table: string): number {
    const found = this.#sql.exec<{ number: number }>(
      `SELECT coalesce(max(CAST(id AS INTEGER)), 0) AS number FROM records
       WHERE tbl = ? AND id GLOB '[0-9]*'`,
      nameText(table),
    );
    return found.one().number;
  }

  purge(seq: number, max: number): Purged | null {
    const found = this.#sql.exec<{ seq: number; register: string }>(
      `DELETE FROM records WHERE (tbl, id) IN (
         SELECT tbl, id FROM records WHERE deleted = 1 AND seq <= ? ORDER BY seq LIMIT ?
       ) RETURNING seq, register`,
      seq,
      max,
    );
    const rows = found.toArray();
    const register = rows
      .map((row) => row.register)
      .sort()
      .at(-1);
    if (register === undefined) return null;
    return { seq: Math.max(...rows.map((row) => row.seq)), register };
  }
}

type Row = Record<string, SqlStorageValue>;

function nameText(name: string): string {
  return JSON.stringify(name);
}

function entriesOf({ columns, fieldSeqs }: HeldState): FieldEntry[] {
  return [...columns.fields].map(([name, at]) => [name, at, fieldSeqs.get(name) ?? 0]);
}

function stateOf(row: StateRow): HeldState {
  const entries = JSON.parse(row.fields) as FieldEntry[];
  return {
    columns: {
      base: row.base,
      fields: new Map(entries.map(([name, at]) => [name, at])),
      register: row.register,
      deleted: row.deleted === 1,
    },
    fieldSeqs: new Map(entries.map(([name, , seq]) => [name, seq])),
    seq: row.seq,
    wholeSeq: row.whole_seq,
    byNode: row.by_node,
    lostRegister: row.lost_register,
    rowBytes: row.row_bytes,
    born: row.born,
  };
}
