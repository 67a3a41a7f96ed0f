// The typed facade of the core's pure half, the join. With engine.ts the only file that knows the
// embind object.
import {
  type Columns,
  cellWords,
  FieldNumbers,
  type JoinedColumns,
  pushCells,
  readJoined,
} from './columns.js';
import { TidemarkError } from './errors.js';
import type { Join } from './merge.js';
import { loadWasm, type RawEngine } from './wasm.js';

/** Joins `local[i]` with `remote[i]` for every i, in one crossing into the core. */
export function joinWith(
  raw: RawEngine,
  local: readonly Columns[],
  remote: readonly Columns[],
): JoinedColumns[] {
  const numbers = new FieldNumbers();
  const words: number[] = [];
  for (const [i, columns] of local.entries()) pushCells(words, i, columns, numbers);
  const localCells = words.length / cellWords;
  for (const [i, columns] of remote.entries()) pushCells(words, i, columns, numbers);
  raw.scratch(words.length).set(words);
  const count = raw.join(localCells, words.length / cellWords - localCells);
  if (count < 0) throw new TidemarkError('engine_failed', `join answered ${count}`);
  return readJoined(raw.joined(), local.length, numbers);
}

/** The join alone, for a hub: it has no session and stamps nothing. */
export async function loadJoin(): Promise<Join> {
  const { Engine } = await loadWasm();
  const raw = new Engine(0, 0);
  return (local, remote) => joinWith(raw, local, remote);
}
