// A device as the hub's tests model it: it keeps stamps of what is pending only, one change a
// record. How it syncs, the tests say.
import { columnsOfChange, type JoinedColumns } from '../../js/src/columns.js';
import { hubJoin } from '../../js/src/entry/workerd.js';
import { mergeColumns, mergeRows } from '../../js/src/merge.js';
import { absentField, canonicalText, isAbsent, setOwn } from '../../js/src/values.js';
import type { Change, Cursor, PushRequest, WireRow } from '../../js/src/wire.js';

export const fieldNames = ['title', 'done', '__proto__'];

export class Replica {
  readonly rows = new Map<string, WireRow>();
  readonly pending = new Map<string, Change>();
  cursor: Cursor = null;
  time = 0;
  #turn = 0;
  /** The last one that was answered, and those since. */
  turns: string[] = [];

  /** `named`: whether it names turns; a bare client does not. */
  constructor(
    readonly node: string,
    readonly named: boolean,
  ) {}

  write(
    id: string,
    kind: 'whole' | 'patch' | 'delete',
    fields: number,
    value: number,
    skew: number,
  ) {
    this.time += 1 + skew;
    const stamp = `${this.time.toString(16).padStart(12, '0')}-0000-${this.node}`;
    const key = { table: 't', id, stamp };
    const held = this.rows.get(id);
    if (kind === 'delete') {
      if (held) this.#record({ ...key, deleted: true });
      this.rows.delete(id);
      return;
    }
    const patch = kind === 'patch' && held !== undefined;
    const written: WireRow = {};
    for (const [i, name] of fieldNames.entries()) {
      if (!(fields & (1 << i))) continue;
      const removes = patch && (value + i) % 5 === 0;
      setOwn(written, name, removes ? absentField : value + i);
    }
    this.rows.set(id, patched(patch ? held : {}, written));
    this.#record(patch ? { ...key, patch, row: written } : { ...key, row: written });
  }

  // What one push says of a record is one change, whatever was written to it.
  #record(change: Change) {
    const { id, stamp, patch, row = {} } = change;
    const pending = this.pending.get(id);
    // A delete that has a row again has lost.
    const isFirst = pending === undefined || pending.deleted;
    if (!patch || isFirst) return void this.pending.set(id, change);
    const fields = { ...pending.fields };
    for (const name of Object.keys(row)) setOwn(fields, name, stamp);
    const merged = pending.patch ? own(pending.row) : patched(pending.row ?? {}, row);
    if (pending.patch) for (const [name, value] of Object.entries(row)) setOwn(merged, name, value);
    this.pending.set(id, { ...pending, row: merged, fields });
  }

  push(): PushRequest {
    const changes = [...this.pending.values()];
    const request = { device: 'd', node: this.node, schema: 1, cursor: this.cursor, changes };
    if (!this.named) return request;
    const turn = (++this.#turn).toString(16).padStart(16, '0');
    const after = this.turns.slice(0, 8);
    this.turns.push(turn);
    return { ...request, turn, after };
  }

  /** The last push was answered. */
  answered(): void {
    this.turns.splice(0, this.turns.length - 1);
  }

  apply(change: Change) {
    const { id, stamp, deleted, patch, row = {}, fields = {} } = change;
    for (const each of [stamp, ...Object.values(fields)])
      this.time = Math.max(this.time, Number.parseInt(each.slice(0, 12), 16));
    const pending = this.pending.get(id);
    if (pending) return this.meet(change, pending);
    if (deleted) return void this.rows.delete(id);
    const held = this.rows.get(id);
    if (patch && !held) throw new Error(`a patch of ${id}, which this device does not hold`);
    this.rows.set(id, patched(patch ? (held as WireRow) : {}, row));
  }

  // The stamps decide, as they will at the hub.
  protected meet(change: Change, pending: Change): void {
    const { id, deleted, patch, row = {} } = change;
    const [mine, theirs] = [columnsOfChange(pending), columnsOfChange(change)];
    const [joined] = hubJoin([mine], [theirs]) as [JoinedColumns];
    const { deleted: gone } = mergeColumns(mine, theirs, joined);
    if (gone) return void this.rows.delete(id);
    if (deleted) return;
    const held = this.rows.get(id);
    // A delete that loses to a patch: the hub shows the row once it hears of the delete.
    if (patch && !held) return;
    const local = patch ? (held as WireRow) : (pending.row ?? {});
    if (pending.deleted) this.rows.set(id, patched(local, row));
    else this.rows.set(id, mergeRows(local, row, joined, () => 0).row);
  }

  get state() {
    return [...this.rows]
      .map(([id, row]) => [id, canonicalText(row)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** `row` with what a patch writes. */
function patched(row: WireRow, patch: WireRow): WireRow {
  const next = own(row);
  for (const [name, value] of Object.entries(patch))
    if (isAbsent(value)) delete next[name];
    else setOwn(next, name, value);
  return next;
}

function own(row: WireRow = {}): WireRow {
  const copy = {};
  for (const [name, value] of Object.entries(row)) setOwn(copy, name, value);
  return copy;
}
