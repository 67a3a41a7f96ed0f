// The Node process of node-device.ts, from outside. Its file is read by the command line: a file
// is the same to both languages.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { build } from 'esbuild';
import { node22 } from '../../scripts/lib/node22.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { rowsOfFile } from '../native/cli/support.mjs';

export class NodeDevice {
  name = 'node';
  complaints = '';

  constructor(folder, url, token) {
    Object.assign(this, { folder, url, token, file: `${folder}/node.db` });
  }

  async connect() {
    const script = `${this.folder}/node-device.mjs`;
    await build({
      entryPoints: [inRoot('tests/interop/node-device.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['better-sqlite3'],
      logLevel: 'error',
    });
    const args = [script, this.file, this.url, this.token, inRoot('build/wasm/tidemark.wasm')];
    const flags = ['--disable-warning=ExperimentalWarning'];
    this.child = spawn(node22(), [...flags, ...args], {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.child.stderr.on('data', (data) => {
      this.complaints += data;
    });
    this.died = once(this.child, 'exit').then(() => {
      throw new Error(`the Node process died: ${this.complaints}`);
    });
    this.died.catch(() => {});
    await this.#answer();
  }

  async #answer() {
    const [{ result, error }] = await Promise.race([once(this.child, 'message'), this.died]);
    if (error !== undefined) throw new Error(error);
    return result;
  }

  #call(call, argument) {
    const answer = this.#answer();
    this.child.send({ call, argument });
    return answer;
  }

  begin(pauseMs) {
    return this.#call('begin', pauseMs);
  }
  async end() {
    this.writes = await this.#call('end');
  }
  flush() {
    return this.#call('flush');
  }
  rows() {
    return rowsOfFile(this.file);
  }
  async faults() {
    const letters = await this.#call('letters');
    await this.#call('close');
    return [this.complaints, ...letters.map((letter) => JSON.stringify(letter))].filter(Boolean);
  }
  close() {
    this.child?.kill('SIGKILL');
  }
}
