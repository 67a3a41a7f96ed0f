// Replies as an endpoint would send them, and ways to spoil them.
import fc from 'fast-check';
import type { Change } from '../../../js/src/wire.js';

export const stampA = '0192f1c3a4b5-0003-a1b2c3d4e5f60708';
export const stampB = '0192f1c3a4b6-0000-a1b2c3d4e5f60708';

export const wholeChange: Change = {
  table: 'todos',
  id: '"k1"',
  stamp: stampA,
  row: { title: 'Milk' },
};

export const pushReply = () => ({
  results: [
    { outcome: 'applied' },
    { outcome: 'merged', lost: ['title'] },
    { outcome: 'rejected', code: 'forbidden', message: 'not yours', retryable: false },
    { outcome: 'needFull' },
    { outcome: 'clock', until: 1_700_000_000_000 },
  ],
  seq: 7,
  cursor: 'e:7',
  serverTime: 1_700_000_000_000,
});

export const pullReply = () => ({
  changes: [
    { ...wholeChange, row: { ...wholeChange.row }, fields: { done: stampB } },
    { table: 'todos', id: '7', stamp: stampA, patch: true, row: { done: 1 } },
    { table: 'todos', id: '["h",3]', stamp: stampA, deleted: true },
  ],
  cursor: 'e:7' as string | null,
  more: false,
  fence: 0,
  serverTime: 1_700_000_000_000,
});

export const fullReply = () => ({
  push: pushReply(),
  pull: pullReply(),
  serverTime: 1_700_000_000_000,
});

type Path = (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, item]) => pathsOf(item, [...path, name]));
  return [path, ...inner];
}

function replaceAt(value: unknown, path: Path, by: unknown): unknown {
  if (path.length === 0) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  const [name, ...rest] = path as [string, ...Path];
  if (by === undefined && rest.length === 0) delete copy[name];
  else copy[name] = replaceAt(copy[name], rest, by);
  return copy;
}

/** `reply` with one part of it gone, or replaced by any JSON. */
export function spoiled(reply: unknown): fc.Arbitrary<unknown> {
  const by = fc.oneof(
    fc.constantFrom<unknown>(undefined, null, 0, -1, 1e300, '', 'x', true, false, [], {}),
    fc.jsonValue({ maxDepth: 3 }),
  );
  return fc
    .tuple(fc.constantFrom(...pathsOf(reply)), by)
    .map(([path, other]) => JSON.parse(JSON.stringify(replaceAt(reply, path, other) ?? null)));
}
