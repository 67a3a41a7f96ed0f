// What a commit does to a memory store's contents: to copies, which replace the originals once all
// of it succeeded.
import { columnsOfChange } from '../columns.js';
import type { Join } from '../merge.js';
import { decodeRow, isAbsent, setOwn } from '../values.js';
import type { Change, IdText, WireRow } from '../wire.js';
import { decide, foldWrites, wholeColumns } from './pending.js';
import type { Acknowledgement, DeadLetter, PendingWrite, SyncState } from './store.js';

/** Rows by table and id, in tagged form. */
type Rows = Map<string, WireRow>;

export interface Contents {
  rows: Rows;
  /** Rows that a pulled delete removed while writes of them were pending. */
  graves: Rows;
  log: PendingWrite[];
  dead: DeadLetter[];
  state: SyncState;
}

export const placeOf = (table: string, id: IdText) => JSON.stringify([table, id]);
export const recordOf = ({ table, id }: { table: string; id: IdText }) => placeOf(table, id);

export function acknowledged(
  log: PendingWrite[],
  done: readonly Acknowledgement[],
): PendingWrite[] {
  const results = new Map(done.map(({ write, result }) => [write.entry, result]));
  const later = log.filter((write) => results.get(write.entry) === 'later');
  const others = log.filter((write) => results.get(write.entry) !== 'later');
  return [...others, ...later].flatMap((write) => {
    const result = results.get(write.entry);
    if (result === undefined || result === 'later') return [write];
    if (result !== 'needFull') return [];
    return [{ ...write, columns: wholeColumns(write.columns.register), create: false }];
  });
}

export function lettersOf(done: readonly Acknowledgement[], before: number): DeadLetter[] {
  const letters: DeadLetter[] = [];
  for (const { result, change, refusal } of done) {
    if (result !== 'dead' || change === undefined) continue;
    const { code = 'internal', message = '' } = refusal ?? {};
    const id = before + letters.length + 1;
    letters.push({ id, change: structuredClone(change), code, message, at: Date.now() });
  }
  return letters;
}

/** Applies the page to `next`; returns how many patches had no record to patch. */
export function applyPage(next: Contents, changes: readonly Change[], join: Join): number {
  let missing = 0;
  for (const change of changes) {
    // A value that is not in the grammar is refused here, not when it is read.
    decodeRow(structuredClone(change.row ?? {}));
    const writes = next.log.filter((write) => recordOf(write) === recordOf(change));
    if (writes.length > 0) applyPending(next, change, writes, join);
    else if (!applyClean(next.rows, change)) missing++;
  }
  return missing;
}

function applyPending(next: Contents, change: Change, writes: PendingWrite[], join: Join): void {
  const record = recordOf(change);
  const local = foldWrites(writes.map(({ columns }) => columns));
  const [joined] = join([local], [columnsOfChange(change)]);
  const here = next.rows.get(record);
  const row = here ?? next.graves.get(record);
  const decision = decide(local, row, change, joined as NonNullable<typeof joined>);
  if (decision.kind === 'put') next.rows.set(record, decision.row);
  if (decision.kind !== 'delete') return;
  if (here !== undefined) next.graves.set(record, here);
  next.rows.delete(record);
}

function applyClean(rows: Rows, change: Change): boolean {
  const record = recordOf(change);
  const changed = structuredClone(change.row ?? {});
  if (change.deleted) rows.delete(record);
  else if (!change.patch) rows.set(record, changed);
  else {
    const before = rows.get(record);
    if (before === undefined) return false;
    const after = structuredClone(before);
    for (const name of Object.keys(changed))
      if (isAbsent(changed[name])) delete after[name];
      else setOwn(after, name, changed[name]);
    rows.set(record, after);
  }
  return true;
}
