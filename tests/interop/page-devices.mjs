// The devices in pages, from outside.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundlePage, pageOf } from '../browser/harness.mjs';
import { rowsOfFile } from '../native/cli/support.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const sqliteWasm = '../../node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm';

async function filesOf(script, files) {
  const options = { sourcemap: false };
  return {
    ...files,
    '/': pageOf('/interop.js'),
    '/interop.js': await bundlePage(here(script), options),
    '/sqlite-worker.js': await bundlePage(here('../browser/sqlite/sync-worker.ts'), options),
    '/sqlite3.wasm': await readFile(here(sqliteWasm)),
  };
}

/** A device of the stage whose page runs `script`. */
class PageDevice {
  constructor(stage, name, script) {
    Object.assign(this, { stage, name, script });
  }

  async connect() {
    const files = await filesOf(this.script, this.stage.world.files);
    const stage = Object.assign(Object.create(this.stage), {
      world: Object.assign(Object.create(this.stage.world), { files }),
    });
    this.device = await stage.device(this.name);
  }

  begin(pauseMs) {
    return this.device.call('begin', pauseMs);
  }
  async end() {
    this.writes = await this.device.call('end');
  }
  flush() {
    return this.device.call('flush');
  }
  rows() {
    return this.device.rows();
  }
  async faults() {
    return [...this.device.faults, ...(await this.device.call('letters'))];
  }
  close() {}
}

export class DexieDevice extends PageDevice {
  constructor(stage) {
    super(stage, 'dexie', 'dexie-page.ts');
  }
}

/** Its file is read by the command line: a file is the same wherever it was written. */
export class WasmDevice extends PageDevice {
  constructor(stage, folder) {
    super(stage, 'wasm', 'sqlite-page.ts');
    this.file = `${folder}/wasm.db`;
  }

  async rows() {
    const bytes = Buffer.from(await this.device.call('file'), 'base64');
    await writeFile(this.file, bytes);
    return rowsOfFile(this.file);
  }
}
