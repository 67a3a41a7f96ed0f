// Dead letters that the app deals with, and writes on its behalf, which are recorded like its own.
import { TidemarkError } from '../../errors.js';
import { decodeKey, decodeRow, encodeRow } from '../../values.js';
import { checkRetry, noLetter, writtenBy } from '../local-write.js';
import type { DeadLetter, LocalWrite } from '../store.js';
import type { Access } from './access.js';
import type { Draft } from './entry.js';
import type { Recorder } from './recorder.js';
import { deadStore, logStore, rereadsStore } from './schema.js';

async function letterAt(access: Access, id: number): Promise<DeadLetter> {
  const letter = await access.get<DeadLetter>(deadStore, id);
  if (letter === undefined) throw noLetter(id);
  return letter;
}

export function retryLetter(recorder: Recorder, id: number): Promise<void> {
  return writing(recorder, async (access) => {
    const letter = await letterAt(access, id);
    const { table, id: record } = letter.change;
    checkRetry(letter, (await access.get(rereadsStore, [table, record])) !== undefined);
    await writeLocal(access, recorder, letter.change, letter);
    await access.delete(deadStore, [id]);
  });
}

export async function discardLetter(access: Access, id: number): Promise<void> {
  const { table, id: record } = (await letterAt(access, id)).change;
  await access.put(rereadsStore, [{ table, id: record }]);
  await access.delete(deadStore, [id]);
}

export function writeForApp(recorder: Recorder, change: LocalWrite): Promise<void> {
  return writing(recorder, (access) => writeLocal(access, recorder, change));
}

function writing({ tracker }: Recorder, work: (access: Access) => Promise<void>): Promise<void> {
  const stores = [...tracker.tables.keys(), logStore, deadStore, rereadsStore];
  return tracker.transact('rw', stores, work);
}

async function writeLocal(
  access: Access,
  recorder: Recorder,
  change: LocalWrite,
  letter?: DeadLetter,
): Promise<void> {
  const { table, id } = change;
  const merge = recorder.tracker.tables.get(table);
  if (merge === undefined) throw new TidemarkError('table_unsupported', `${table} is not synced`);
  const key = decodeKey(id);
  const before = await access.get<object>(table, key);
  const written = writtenBy(change, before && encodeRow(before, table), merge, letter);
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
