// Push: merges a batch of changes into the hub's records, under one seq. The join decides; this
// keeps the seqs by which pull knows who is to be told what.
import { type Columns, columnsOfChange, type JoinedColumns } from '../columns.js';
import { TidemarkError } from '../errors.js';
import { type CompareValues, type MergedRow, mergeColumns, mergeRows } from '../merge.js';
import { canonicalText } from '../values.js';
import type { Change, FullRequest, PushReply, PushRequest, PushResult, WireRow } from '../wire.js';
import { Absence } from './absence.js';
import { Acceptance, rejected } from './acceptance.js';
import { Collisions } from './collisions.js';
import type { Context } from './context.js';
import { formatCursor, readCursor } from './cursor.js';
import type { HeldState, HubStore } from './hub-store.js';
import { seqBytesMax } from './limits.js';
import { buriesUnread, lossesOf, type Meeting } from './losses.js';
import { markTime } from './maintenance.js';
import { isContinued, noteTurn } from './turns.js';

const applied: PushResult = { outcome: 'applied' };

type PushOrFull = PushRequest & Partial<Pick<FullRequest, 'pull'>>;

/**
 * Applies `request` inside a transaction of the store; throws `reset_required`, having written
 * nothing.
 */
export function applyPush(context: Context, request: PushOrFull, serverTime: number): PushReply {
  const { store } = context;
  const head = store.head();
  const place = readCursor(request.cursor, head);
  if (place === null) throw new TidemarkError('reset_required');
  if (!isContinued(store.nodes, request)) {
    const results = request.changes.map((): PushResult => ({ outcome: 'clone' }));
    return { results, seq: head.seq, cursor: formatCursor(head, head.seq), serverTime };
  }
  const batch = new Batch(store, request.node, head.seq, place.from, serverTime);
  const results = merged(context, batch, request.changes, serverTime);
  const { seq, conflicts } = batch;
  noteTurn(store.nodes, request, serverTime);
  noteDevice(store, request, results, conflicts, serverTime);
  if (seq !== head.seq) {
    store.setSeq(seq);
    markTime(context, seq, serverTime);
  }
  return { results, seq, cursor: formatCursor(head, seq), serverTime };
}

function merged(
  { store, join }: Context,
  batch: Batch,
  changes: readonly Change[],
  serverTime: number,
): PushResult[] {
  const acceptance = new Acceptance(store.nodes, serverTime);
  const absence = new Absence(store);
  const results = changes.map((change) => acceptance.refuse(change));
  const places = [...changes.keys()].filter((i) => results[i] === null);
  const states = store.readStates(places.map((i) => changes[i] as Change));
  const collided = new Collisions(store, batch).among(places, changes, states);
  if (collided !== null) return results.map((result, i) => result ?? collided(i));
  const merges: Merge[] = [];
  for (const [n, place] of places.entries()) {
    const change = changes[place] as Change;
    const state = states[n] ?? null;
    const remote = columnsOfChange(change);
    // Nor is a record held whose base is missing: of that one, only a delete was ever heard.
    const refused = state?.columns.base ? null : absence.refuse(change);
    if (refused !== null) results[place] = refused;
    else if (state !== null) merges.push({ place, change, state, remote });
    else results[place] = batch.insert(change, remote, absence.isLate(change));
  }
  const joined = join(
    merges.map(({ state }) => state.columns),
    merges.map(({ remote }) => remote),
  );
  for (const [n, merge] of merges.entries())
    results[merge.place] = batch.merge(merge, joined[n] as JoinedColumns);
  return results as PushResult[];
}

function noteDevice(
  store: HubStore,
  { device, changes, pull }: PushOrFull,
  results: readonly PushResult[],
  conflicts: number,
  now: number,
): void {
  const taken = results.filter(({ outcome }) => outcome === 'applied' || outcome === 'merged');
  const lastPullAt = pull === undefined ? null : now;
  const lastPushAt = changes.length === 0 ? null : now;
  store.devices.add(device, { lastPullAt, lastPushAt, changesPushed: taken.length, conflicts });
}

interface Merge {
  place: number;
  change: Change;
  state: HeldState;
  remote: Columns;
}

class Batch {
  /** The last seq given out: the hub's, until something changes. */
  seq: number;
  readonly #store: HubStore;
  readonly node: string;
  /** How far the writer had read. */
  readonly read: number;
  readonly #now: number;
  /** Losses that were not known before. */
  conflicts = 0;
  #bytes = seqBytesMax;

  constructor(store: HubStore, node: string, seq: number, read: number, now: number) {
    this.#store = store;
    this.node = node;
    this.read = read;
    this.#now = now;
    this.seq = seq;
  }

  // Of a late one, the writer may have taken the delete that was purged since for the winner: it is
  // to read its own record back.
  insert(change: Change, columns: Columns, late: boolean): PushResult {
    const rowText = JSON.stringify(change.row ?? {});
    return this.#write(change, rowText, (seq) => ({
      columns,
      fieldSeqs: new Map([...columns.fields.keys()].map((name) => [name, seq])),
      seq,
      wholeSeq: seq,
      byNode: late ? null : this.node,
      lostRegister: null,
      rowBytes: rowText.length,
      born: change.born ?? null,
    }))
      ? applied
      : tooLarge;
  }

  merge(merge: Merge, joined: JoinedColumns): PushResult {
    const { change, state, remote } = merge;
    const meeting = { ...merge, joined, node: this.node, read: this.read };
    // A delete moves no value: its row is not even read.
    const isRead = !change.deleted || buriesUnread(meeting);
    const row: WireRow = isRead ? JSON.parse(this.#store.readRow(change)) : {};
    const merged = mergeRows(row, change.row ?? {}, joined, compareValues);
    const news = newsOf(
      merge,
      joined,
      (name) => merged.row[name] !== row[name],
      merged.changed,
      this.#isOutdone(state, merged.lost),
    );
    const result = news.registerLost ? outcome([...merged.lost, 'deleted']) : outcome(merged.lost);
    if (!news.any) {
      this.#keepLosses(meeting, row, merged);
      return result;
    }
    const rowText = merged.changed ? JSON.stringify(merged.row) : null;
    const columns = mergeColumns(state.columns, remote, joined);
    const written = this.#write(change, rowText, (seq) =>
      nextState(merge, columns, news, seq, this.#byNode(state, news)),
    );
    if (!written) return tooLarge;
    this.#keepLosses(meeting, row, merged);
    return result;
  }

  #keepLosses(meeting: Meeting, held: WireRow, { row, lost }: MergedRow): void {
    for (const loss of lossesOf(meeting, { held, merged: row, lost }, this.#now))
      this.conflicts += this.#store.losses.add(loss);
  }

  // The writer knows all that the record now holds only if it had read all that it held before.
  #byNode({ byNode, seq }: HeldState, { unlike }: News): string | null {
    const hadRead = byNode === this.node || seq <= this.read;
    return hadRead && !unlike ? this.node : null;
  }

  // The writer lost to what it had read: its clock is behind, and it took its own value for the
  // winner. Told once.
  #isOutdone(state: HeldState, lost: readonly string[]): boolean {
    if (state.wholeSeq > this.read) return false;
    return lost.some((name) => (state.fieldSeqs.get(name) ?? state.wholeSeq) <= this.read);
  }

  #write(change: Change, rowText: string | null, next: (seq: number) => HeldState): boolean {
    const full = this.#bytes >= seqBytesMax;
    const seq = full ? this.seq + 1 : this.seq;
    const state = next(seq);
    if (!this.#store.write(change, state, rowText)) return false;
    this.#bytes = (full ? 0 : this.#bytes) + (rowText?.length ?? state.rowBytes);
    this.seq = seq;
    return true;
  }
}

/** What a change does to a record, other than to lose. */
interface News {
  any: boolean;
  /** Readers need the whole row. */
  whole: boolean;
  fields: string[];
  registerLost: boolean;
  /** The writer does not hold the record as it is now: it is to read it, too. */
  unlike: boolean;
}

function newsOf(
  { state, remote }: Merge,
  joined: JoinedColumns,
  isReplaced: (name: string) => boolean,
  rowChanged: boolean,
  outdone: boolean,
): News {
  const fields = [...joined.fields]
    .filter(([name, side]) => side === 'remote' || (side === 'tie' && isReplaced(name)))
    .map(([name]) => name);
  const turned = remote.deleted !== state.columns.deleted;
  const registerWon = joined.register === 'remote';
  const registerLost = turned && !registerWon;
  // The writer's own database has already gone the other way: it, and so everyone, is shown the
  // winner whole, once.
  const shown = registerLost && state.lostRegister !== remote.register;
  const baseWritten = joined.base === 'remote' || (joined.base === 'tie' && rowChanged);
  const whole = baseWritten || shown || outdone || (turned && registerWon);
  // Who revives a record may lack fields under the tombstone, or may have taken the delete for the
  // winner and removed the row.
  const revived = turned && registerWon && !remote.deleted;
  const unlike = registerLost || revived || outdone;
  return { any: whole || registerWon || fields.length > 0, whole, fields, registerLost, unlike };
}

function nextState(
  { change, state, remote }: Merge,
  columns: Columns,
  news: News,
  seq: number,
  byNode: string | null,
): HeldState {
  const written = new Set(news.fields);
  const seqOf = (name: string) => (written.has(name) ? seq : (state.fieldSeqs.get(name) ?? seq));
  return {
    columns,
    fieldSeqs: new Map([...columns.fields.keys()].map((name) => [name, seqOf(name)])),
    seq,
    wholeSeq: news.whole ? seq : state.wholeSeq,
    byNode,
    lostRegister: news.registerLost ? remote.register : state.lostRegister,
    rowBytes: state.rowBytes,
    born: change.born ?? state.born,
  };
}

const compareValues: CompareValues = (a, b) => {
  const [textA, textB] = [canonicalText(a), canonicalText(b)];
  if (textA === textB) return 0;
  return textA < textB ? -1 : 1;
};

const tooLarge = rejected('too_large', 'the record');

function outcome(lost: string[]): PushResult {
  return lost.length === 0 ? applied : { outcome: 'merged', lost };
}
