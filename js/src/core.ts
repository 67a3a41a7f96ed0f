// The typed facade of the core's pure half, the join. With engine.ts the only file that knows the
// raw object.
import { CellWriter, countCells, FieldNumbers, readJoined } from './cells.js';
import type { Columns, JoinedColumns } from './columns.js';
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
  const localCells = countCells(local);
  const remoteCells = countCells(remote);
  const cells = new CellWriter(raw, 0, localCells + remoteCells, numbers);
  for (let i = 0; i < local.length; i++) cells.add(i, local[i] as Columns);
  for (let i = 0; i < remote.length; i++) cells.add(i, remote[i] as Columns);
  cells.end();
  const count = raw.join(localCells, remoteCells);
  if (count < 0) throw new TidemarkError('engine_failed', `join answered ${count}`);
  return readJoined(raw.joined(), local.length, numbers);
}

/** hash64 (sdk/include/tidemark/digest.h) of the UTF-8 bytes of each text. */
export type Hash = (texts: readonly string[]) => bigint[];

export function hashWith(raw: RawEngine, texts: readonly string[]): bigint[] {
  const encoded = texts.map((text) => utf8.encode(text));
  const bytes = encoded.reduce((sum, each) => sum + each.length, 0);
  const words = raw.scratch(texts.length + Math.ceil(bytes / 4));
  words.set(encoded.map((each) => each.length));
  const room = new Uint8Array(words.buffer, words.byteOffset + texts.length * 4, bytes);
  let at = 0;
  for (const each of encoded) {
    room.set(each, at);
    at += each.length;
  }
  const hashes = raw.hashes(texts.length);
  return encoded.map((_, i) => {
    const [high, low] = [hashes[i * 2] as number, hashes[i * 2 + 1] as number];
    return (BigInt(high) << 32n) | BigInt(low);
  });
}

const utf8 = new TextEncoder();

/** The pure half of the core, for a hub: it has no session and stamps nothing. */
export async function loadPure(): Promise<{ join: Join; hash: Hash }> {
  const { Engine } = await loadWasm();
  const raw = new Engine(0, 0);
  return {
    join: (local, remote) => joinWith(raw, local, remote),
    hash: (texts) => hashWith(raw, texts),
  };
}

export async function loadJoin(): Promise<Join> {
  return (await loadPure()).join;
}
