// Applies one exchange in one transaction: acknowledgements, the page, and the state.
import { Dexie } from 'dexie';
import type { Columns } from '../../columns.js';
import { columnsOfChange } from '../../columns.js';
import { TidemarkError } from '../../errors.js';
import type { Join } from '../../merge.js';
import { decodeKey, decodeRow, encodeRow, isAbsent, setOwn } from '../../values.js';
import type { Change, Cursor, IdText } from '../../wire.js';
import { decide, foldWrites } from '../pending.js';
import type { Commit, CommitResult, PendingWrite, Stamper } from '../store.js';
import type { Access } from './access.js';
import { acknowledge } from './acknowledge.js';
import { writeOf } from './entry.js';
import { countPending, stampedLog } from './log.js';
import { type DeadRow, deadStore, type GraveRow, gravesStore } from './schema.js';

// Not in Dexie's types.
const { setByKeyPath } = Dexie as unknown as {
  setByKeyPath(row: object, keyPath: string | string[], value: unknown): void;
};

type Pending = Map<string, Map<IdText, Columns[]>>;

export async function applyCommit(
  access: Access,
  commit: Commit,
  join: Join,
  term: number,
  stamper: Stamper,
): Promise<CommitResult> {
  const state = await access.state();
  if (state.term !== term) throw new TidemarkError('closed', 'another context took the lead');
  await acknowledge(access, commit.acknowledged);
  const aside = (await access.count(gravesStore)) > 0;
  const wanted = commit.changes.length > 0 || (aside && commit.acknowledged.length > 0);
  const pending = wanted ? await pendingOf(access, stamper) : new Map();
  if (aside) await dropGraves(access, commit, pending);
  const missing = await applyPage(access, commit.changes, join, pending);
  const { clock, offsetMs } = commit;
  const cursor = missing > 0 ? null : cursorAfter(commit, state.cursor);
  await access.putState({ ...state, cursor, clock, offsetMs });
  const tables = Object.keys(state.tables);
  return { pending: await countPending(access), missing, cursor, tables };
}

// A cursor that moved meanwhile did so because another context added a table, which is to be read
// from the beginning.
function cursorAfter({ cursor, after }: Commit, stored: Cursor): Cursor {
  if (cursor === undefined || (after !== undefined && after !== stored)) return stored;
  return cursor;
}

async function pendingOf(access: Access, stamper: Stamper): Promise<Pending> {
  const pending: Pending = new Map();
  for (const entry of await stampedLog(access, stamper))
    for (let i = 0; i < entry.keys.length; i++) addPending(pending, writeOf(entry, i));
  return pending;
}

function addPending(pending: Pending, { table, id, columns }: PendingWrite): void {
  let records = pending.get(table);
  if (records === undefined) pending.set(table, (records = new Map()));
  const known = records.get(id);
  if (known === undefined) records.set(id, [columns]);
  else known.push(columns);
}

async function dropGraves(access: Access, commit: Commit, pending: Pending): Promise<void> {
  const settled = commit.acknowledged
    .map(({ write }) => write)
    .filter(({ table, id }) => !pending.get(table)?.has(id));
  await access.delete(
    gravesStore,
    settled.map(({ table, id }) => [table, id]),
  );
}

/** The page's changes by table; returns how many patches had no record to patch. */
async function applyPage(
  access: Access,
  changes: readonly Change[],
  join: Join,
  pending: Pending,
): Promise<number> {
  const tables = new Map<string, Change[]>();
  for (const change of changes) {
    const of = tables.get(change.table);
    if (of === undefined) tables.set(change.table, [change]);
    else of.push(change);
  }
  let missing = 0;
  for (const [table, of] of tables)
    if (access.has(table))
      missing += await new TablePage(access, table).apply(of, join, pending.get(table));
  return missing;
}

/** The changes of one page to one table, gathered into one write and one delete. */
class TablePage {
  readonly #puts = new Map<IdText, object>();
  readonly #deletes: IdText[] = [];
  readonly #changes = new Map<IdText, Change>();

  constructor(
    readonly access: Access,
    readonly table: string,
  ) {}

  async apply(
    changes: readonly Change[],
    join: Join,
    pending: Map<IdText, Columns[]> | undefined,
  ): Promise<number> {
    const clean = pending ? changes.filter(({ id }) => !pending.has(id)) : changes;
    if (pending && clean.length < changes.length)
      await this.#merge(
        changes.filter(({ id }) => pending.has(id)),
        join,
        pending,
      );
    for (const change of changes) this.#changes.set(change.id, change);
    const missing = await this.#patch(clean.filter((change) => change.patch));
    for (const change of clean)
      if (change.deleted) this.#deletes.push(change.id);
      else if (!change.patch) this.#puts.set(change.id, decodeRow({ ...change.row }));
    await this.#write();
    return missing;
  }

  async #merge(changes: readonly Change[], join: Join, pending: Map<IdText, Columns[]>) {
    const local = changes.map(({ id }) => foldWrites(pending.get(id) as Columns[]));
    const joined = join(local, changes.map(columnsOfChange));
    const rows = await this.#rows(changes);
    const graves = await this.access.getMany<GraveRow>(
      gravesStore,
      changes.map(({ id }) => [this.table, id]),
    );
    const buried: GraveRow[] = [];
    for (const [i, change] of changes.entries()) {
      const row = rows[i] ?? graves[i]?.row;
      const tagged = row === undefined ? undefined : encodeRow(row, this.table);
      const decision = decide(local[i] as Columns, tagged, change, joined[i] as never);
      if (decision.kind === 'put') this.#puts.set(change.id, decodeRow(decision.row));
      else if (decision.kind === 'delete') {
        this.#deletes.push(change.id);
        if (row !== undefined) buried.push({ table: this.table, id: change.id, row });
      }
    }
    await this.access.put(gravesStore, buried);
  }

  async #patch(patches: readonly Change[]): Promise<number> {
    if (patches.length === 0) return 0;
    const rows = await this.#rows(patches);
    const refused = await this.#refusedBefore();
    let missing = 0;
    for (const [i, { id, row: fields = {} }] of patches.entries()) {
      const row = rows[i];
      if (row === undefined) missing += refused.has(id) ? 0 : 1;
      else this.#puts.set(id, patched(row, fields));
    }
    return missing;
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
    const { access, table } = this;
    const keys = rows.map(([id]) => decodeKey(id));
    const values = rows.map(([, row]) => row);
    if (access.isOutbound(table)) return access.tryPut(table, values, keys);
    const keyPath = access.keyPathOf(table) as string;
    for (const [i, row] of values.entries()) setByKeyPath(row, keyPath, keys[i]);
    return access.tryPut(table, values);
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
    await this.access.put(deadStore, letters);
  }
}

function patched(row: object, fields: object): object {
  const decoded = decodeRow({ ...fields });
  for (const name of Object.keys(decoded)) {
    const value = decoded[name];
    if (isAbsent(value)) delete (row as Record<string, unknown>)[name];
    else setOwn(row, name, value);
  }
  return row;
}
