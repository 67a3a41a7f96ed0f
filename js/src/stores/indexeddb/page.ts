// Changes of the hub, written to the app's tables: as they are where a record is clean, joined with
// what is pending where it is not.
import type { Columns, JoinedColumns } from '../../columns.js';
import { columnsOfChange } from '../../columns.js';
import type { Join } from '../../merge.js';
import { decodeKey, decodeRow, encodeRow } from '../../values.js';
import type { Change, IdText, Loss, RecordKey, WireRow } from '../../wire.js';
import { patchedRow } from '../changed.js';
import { coveredBy } from '../covered.js';
import { groupBy } from '../group.js';
import { lossesOf } from '../losses.js';
import { decide, foldWrites } from '../pending.js';
import type { PendingWrite } from '../store.js';
import type { Access } from './access.js';
import { type DeadRow, deadStore, type GraveRow, gravesStore } from './schema.js';

/** The pending writes of one table's records. */
export type PendingOfTable = Map<IdText, PendingWrite[]>;
export type Pending = Map<string, PendingOfTable>;

/** What came of changes, beside the rows. */
export interface PageOutcome {
  /** Patches that had no record to patch. */
  missing: RecordKey[];
  /** Records whose pending writes met a change: these may be stamped again. */
  contested: RecordKey[];
  /** Pending writes that the hub was shown to hold, or something later. */
  covered: PendingWrite[];
  losses: Loss[];
  /** Records whose rows an index refused. */
  refused: RecordKey[];
}

/** What a change covers leaves `pending`; the log is the caller's. */
export async function applyChanges(
  access: Access,
  changes: readonly Change[],
  join: Join,
  pending: Pending,
  outcome: PageOutcome,
): Promise<void> {
  for (const [table, of] of groupBy(changes, (change) => change.table))
    if (access.has(table))
      await new TablePage(access, table, outcome).apply(of, join, pending.get(table));
}

/** The changes of one page to one table, gathered into one write and one delete. */
class TablePage {
  readonly #puts = new Map<IdText, object>();
  readonly #deletes: IdText[] = [];
  readonly #changes = new Map<IdText, Change>();

  constructor(
    readonly access: Access,
    readonly table: string,
    readonly outcome: PageOutcome,
  ) {}

  async apply(
    changes: readonly Change[],
    join: Join,
    pending: PendingOfTable | undefined,
  ): Promise<void> {
    const clean = pending ? changes.filter(({ id }) => !pending.has(id)) : changes;
    if (pending && clean.length < changes.length)
      await this.#merge(
        changes.filter(({ id, absent }) => pending.has(id) && !absent),
        join,
        pending,
      );
    for (const change of changes) this.#changes.set(change.id, change);
    await this.#patch(clean.filter((change) => change.patch));
    for (const change of clean)
      if (change.deleted || change.absent) this.#deletes.push(change.id);
      else if (!change.patch) this.#puts.set(change.id, decodeRow({ ...change.row }));
    await this.#write();
  }

  async #merge(changes: readonly Change[], join: Join, pending: PendingOfTable) {
    const local = changes.map(({ id }) =>
      foldWrites((pending.get(id) as PendingWrite[]).map(({ columns }) => columns)),
    );
    const joined = join(local, changes.map(columnsOfChange));
    const rows = await this.#rows(changes);
    const graves = await this.access.getMany<GraveRow>(
      gravesStore,
      changes.map(({ id }) => [this.table, id]),
    );
    const buried: GraveRow[] = [];
    for (const [i, change] of changes.entries()) {
      this.outcome.contested.push({ table: this.table, id: change.id });
      const row = rows[i] ?? graves[i]?.row;
      const tagged = row === undefined ? undefined : encodeRow(row, this.table);
      const [mine, sides] = [local[i] as Columns, joined[i] as JoinedColumns];
      this.outcome.losses.push(...lossesOf(mine, tagged, change, sides));
      this.#settle(pending, change, mine, tagged);
      const decision = decide(mine, tagged, change, sides);
      if (decision.kind === 'put') this.#puts.set(change.id, decodeRow(decision.row));
      else if (decision.kind === 'delete') {
        this.#deletes.push(change.id);
        if (row !== undefined) buried.push({ table: this.table, id: change.id, row });
      }
    }
    await this.access.put(gravesStore, buried);
  }

  #settle(pending: PendingOfTable, change: Change, local: Columns, row: WireRow | undefined): void {
    const writes = pending.get(change.id) as PendingWrite[];
    const covered = new Set(coveredBy(change, writes, local, row));
    this.outcome.covered.push(...covered);
    const left = writes.filter((write) => !covered.has(write));
    if (left.length > 0) pending.set(change.id, left);
    else pending.delete(change.id);
  }

  async #patch(patches: readonly Change[]): Promise<void> {
    if (patches.length === 0) return;
    const rows = await this.#rows(patches);
    const refused = await this.#refusedBefore();
    const { table } = this;
    for (const [i, { id, row: fields = {} }] of patches.entries()) {
      const row = rows[i];
      if (row !== undefined) this.#puts.set(id, patchedRow(row, decodeRow({ ...fields })));
      else if (!refused.has(id)) this.outcome.missing.push({ table, id });
    }
  }

  /**
   * Records that are not here because an index refused them: reading them again would not bring
   * them.
   */
  async #refusedBefore(): Promise<Set<IdText>> {
    if ((await this.access.count(deadStore)) === 0) return new Set();
    const letters = await this.access.all<DeadRow>(deadStore);
    return new Set(
      letters
        .filter(({ code, change }) => code === 'constraint' && change.table === this.table)
        .map(({ change }) => change.id),
    );
  }

  #rows(changes: readonly Change[]): Promise<(object | undefined)[]> {
    return this.access.getMany(
      this.table,
      changes.map(({ id }) => decodeKey(id)),
    );
  }

  async #write(): Promise<void> {
    const { access, table } = this;
    // First, as what they leave a unique index may be needed for what follows.
    await access.delete(table, this.#deletes.map(decodeKey));
    let left = [...this.#puts];
    for (;;) {
      const refused = await this.#put(left);
      if (refused.length === 0) return;
      const stuck = refused.length === left.length;
      left = refused.map((i) => left[i] as [IdText, object]);
      if (stuck) break;
    }
    await this.#refuse(left.map(([id]) => id));
  }

  #put(rows: readonly [IdText, object][]): Promise<number[]> {
    const keys = rows.map(([id]) => decodeKey(id));
    return this.access.tryPut(
      this.table,
      rows.map(([, row]) => row),
      keys,
    );
  }

  // Two devices can each fill a place that an index of the app has only once. The page must not
  // wait for the app to choose.
  async #refuse(ids: readonly IdText[]): Promise<void> {
    const message = 'another row has its place in a unique index';
    const letters = ids.map((id) => ({
      change: this.#changes.get(id) as Change,
      code: 'constraint' as const,
      message,
      at: Date.now(),
    }));
    this.outcome.refused.push(...letters.map(({ change }) => change));
    await this.access.put(deadStore, letters);
  }
}
