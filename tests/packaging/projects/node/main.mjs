import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createEngine, newId, systemHost, TidemarkError } from 'tidemark';
import { tidemark } from 'tidemark/dexie';
import { addTidemark } from 'tidemark/idb';
import { LocalStorageStore } from 'tidemark/local-storage';

const engine = await createEngine(systemHost);
assert.equal(typeof engine, 'object');
assert.match(newId('device'), /^device-[0-9a-z]+-[0-9a-z]{10}$/);
assert.ok(TidemarkError.prototype instanceof Error);
assert.equal(typeof tidemark, 'function');
assert.equal(typeof addTidemark, 'function');
assert.equal(typeof LocalStorageStore, 'function');
assert.ok(existsSync(fileURLToPath(import.meta.resolve('tidemark/tidemark.wasm'))));
