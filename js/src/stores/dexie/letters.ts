// Dead letters that the app deals with, and writes on its behalf, which are recorded like its own.
import { TidemarkError } from '../../errors.js';
import { decodeKey, decodeRow, encodeRow } from '../../values.js';
import { noLetter, writtenBy } from '../local-write.js';
import type { DeadLetter, LocalWrite } from '../store.js';
import { type Access, transact } from './access.js';
import type { Draft } from './entry.js';
import type { Recorder } from './recorder.js';
import { type DeadRow, deadStore, logStore, rereadsStore } from './schema.js';

/** The letters, oldest first. */
export async function readLetters(access: Access): Promise<DeadLetter[]> {
  return access.all<DeadLetter>(deadStore);
}

async function letterAt(access: Access, id: number): Promise<DeadLetter> {
  const letter = await access.get<DeadRow>(deadStore, id);
  if (letter === undefined) throw noLetter(id);
  return letter as DeadLetter;
}

export async function retryLetter(recorder: Recorder, id: number): Promise<void> {
  const { tracker } = recorder;
  const { change } = await transact(tracker, 'r', [deadStore], (access) => letterAt(access, id));
  await transact(tracker, 'rw', storesOf(recorder, change, deadStore), async (access) => {
    await writeLocal(access, recorder, change, await letterAt(access, id));
    await access.delete(deadStore, [id]);
  });
}

export function discardLetter({ tracker }: Recorder, id: number): Promise<void> {
  return transact(tracker, 'rw', [deadStore, rereadsStore], async (access) => {
    const { table, id: record } = (await letterAt(access, id)).change;
    await access.put(rereadsStore, [{ table, id: record }]);
    await access.delete(deadStore, [id]);
  });
}

export async function writeForApp(recorder: Recorder, change: LocalWrite): Promise<void> {
  const stores = storesOf(recorder, change);
  await transact(recorder.tracker, 'rw', stores, (access) => writeLocal(access, recorder, change));
}

function storesOf({ tracker }: Recorder, { table }: LocalWrite, ...others: string[]): string[] {
  if (!tracker.tables.has(table))
    throw new TidemarkError('table_unsupported', `${table} is not synced`);
  return [table, logStore, ...others];
}

async function writeLocal(
  access: Access,
  recorder: Recorder,
  change: LocalWrite,
  letter?: DeadLetter,
): Promise<void> {
  const { table, id } = change;
  const key = decodeKey(id);
  const before = await access.get<object>(table, key);
  const tagged = before && encodeRow(before, table);
  const merge = recorder.tracker.tables.get(table) ?? 'field';
  const written = writtenBy(change, tagged, merge, letter);
  if (written === null) return;
  const { row, fields, create } = written;
  const draft: Draft = { table, keys: [key], op: row === null ? 'delete' : 'put' };
  if (create) draft.create = true;
  if (fields !== null) draft.fields = [fields];
  if (row === null) await access.delete(table, [key]);
  else if ((await access.tryPut(table, [decodeRow(structuredClone(row))], [key])).length > 0)
    throw new TidemarkError('constraint', `${table} ${id}`);
  recorder.log(access.native, draft, null);
}
