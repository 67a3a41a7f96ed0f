// Where the core's bytes come from: any of the sources, and a second try after one that failed.
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Columns } from '../../js/src/columns.js';
import { serve } from './support/server.js';

const bytes = await readFile(new URL('../../build/wasm/tidemark.wasm', import.meta.url));
let wasm: typeof import('../../js/src/wasm.js');

// Each test has the module as it is before anything was loaded.
beforeEach(async () => {
  vi.resetModules();
  wasm = await import('../../js/src/wasm.js');
});

const works = async () => {
  const { Engine } = await wasm.loadWasm();
  const engine = new Engine(1, 2);
  expect(engine.reserve(1, 1_000)).toBe(0);
  engine.delete();
};
const failure = () => wasm.loadWasm().catch((error: unknown) => error);
const engineFailed = (detail: string) => ({
  name: 'TidemarkError',
  code: 'engine_failed',
  message: expect.stringContaining(detail),
});

describe('the core is loaded from', () => {
  test.each([
    ['bytes', () => bytes],
    ['a promise of bytes', () => Promise.resolve(bytes)],
    ['a compiled module', () => WebAssembly.compile(bytes)],
    ['a response', () => new Response(bytes)],
  ])('%s', async (_, source) => {
    wasm.useWasm(source());
    await works();
  });

  test('an address', async () => {
    const { url } = await serve((_, response) => response.writeHead(200).end(bytes));
    wasm.useWasm(new URL(`${url}/tidemark.wasm`));
    await works();
  });

  test('the last source that was named before the first load', async () => {
    wasm.useWasm(new Response('x', { status: 404 }));
    wasm.useWasm(bytes);
    const loaded = wasm.loadWasm();
    wasm.useWasm(new Response('x', { status: 404 }));
    await loaded;
    expect(wasm.loadWasm()).toBe(wasm.loadWasm());
    await works();
  });
});

test('memory that grows within a call is read where it is then', async () => {
  wasm.useWasm(bytes);
  const { Engine } = await wasm.loadWasm();
  const { joinWith } = await import('../../js/src/core.js');
  const engine = new Engine(1, 2);
  const columns = (n: number): Columns => {
    const stamp = `${n.toString(16).padStart(12, '0')}-0000-00000000000000aa`;
    return { base: stamp, fields: new Map(), register: stamp, deleted: false };
  };
  // A view of the memory as it was is empty once the memory has grown.
  let grew = false;
  const join = (local: number, remote: number) => {
    const view = engine.status();
    const count = Engine.prototype.join.call(engine, local, remote);
    grew = view.length === 0;
    return count;
  };
  Object.defineProperty(engine, 'join', { value: join });
  const local = Array.from({ length: 100_000 }, (_, i) => columns(i + 1));
  const remote = local.map((_, i) => columns(i % 3 === 0 ? i + 2 : i));
  const joined = joinWith(engine, local, remote);
  expect(grew).toBe(true);
  const wrong = joined.findIndex(({ base }, i) => base !== (i % 3 === 0 ? 'remote' : 'local'));
  expect(wrong).toBe(-1);
  engine.delete();
});

describe('a load that fails', () => {
  test.each([
    ['because nobody named a source', () => {}, 'useWasm'],
    [
      'because there is nothing there',
      () => wasm.useWasm(new Response('', { status: 404 })),
      '404',
    ],
    ['because it is no module', () => wasm.useWasm(new Uint8Array(8)), 'WebAssembly'],
    [
      'because the source failed',
      () => wasm.useWasm(Promise.reject(new Error('no file'))),
      'no file',
    ],
  ])('%s says so, and is tried again', async (_, prepare, detail) => {
    prepare();
    expect(await failure()).toMatchObject(engineFailed(detail));
    wasm.useWasm(bytes);
    await works();
  });
});
