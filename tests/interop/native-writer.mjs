// A native device: the command line that watches a file, and the plain shell of SQLite that writes
// to it and knows nothing of that.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { rowsOfFile, sql, start, tidemark } from '../native/cli/support.mjs';
import { nextWrite, sqlSchema, statementOf } from './writes.mjs';

/** A value in the text of a statement, so that no character of it means anything to the shell. */
function literal(value) {
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  if (typeof value === 'string') {
    const hex = Buffer.from(value, 'utf8').toString('hex');
    return `CAST(x'${hex}' AS TEXT)`;
  }
  // SQLite reads the least integer only so.
  if (value === -9223372036854775808n) return '(-9223372036854775807 - 1)';
  // A whole number would be an integer, and one past 64 bits a real.
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return value.toExponential();
  return String(value);
}

function textOf(write) {
  const { sql: text, parameters } = statementOf(write);
  let i = 0;
  return `${text.replaceAll('?', () => literal(parameters[i++])).replaceAll('\n', ' ')};\n`;
}

export class NativeDevice {
  writes = 0;
  complaints = '';
  #ended = false;

  constructor(name, file, hub) {
    Object.assign(this, { name, file, hub });
    sql(file, `${sqlSchema.join(';')};`);
  }

  async connect() {
    const tables = ['--tables', 'records,pairs', '--device', this.name];
    const args = ['watch', this.file, ...this.hub, ...tables, '--json', '--every', '0.5'];
    this.watch = start(args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.watch.stderr.on('data', (data) => {
      this.complaints += data;
    });
    // The shell writes once the file is recorded.
    while (sql(this.file, `SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'`) === '0') {
      if (this.watch.exitCode !== null) throw new Error(this.complaints);
      await sleep(20);
    }
  }

  begin(pauseMs) {
    const shell = spawn('sqlite3', ['-batch', '-bail', '-cmd', '.timeout 60000', this.file], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    shell.stderr.on('data', (data) => {
      this.complaints += data;
    });
    const write = async () => {
      while (!this.#ended) {
        const count = 1 + Math.floor(Math.random() * 3);
        let text = '';
        for (let i = 0; i < count; i++) text += textOf(nextWrite(this.name, this.writes++, false));
        // Some together, and some of these given up.
        if (count > 1)
          text = `BEGIN IMMEDIATE;\n${text}${Math.random() < 0.1 ? 'ROLLBACK' : 'COMMIT'};\n`;
        shell.stdin.write(text);
        await sleep(pauseMs * 2 * Math.random());
      }
      const gone = once(shell, 'exit');
      shell.stdin.end();
      await gone;
    };
    this.writing = write();
  }

  async end() {
    this.#ended = true;
    await this.writing;
    const gone = once(this.watch, 'exit');
    this.watch.kill('SIGTERM');
    const [code] = await gone;
    if (code !== 0) this.complaints += `watch ended with ${code}`;
  }

  /** Sends and reads everything; what is wrong, or null. */
  async flush() {
    const { code, stderr } = await tidemark(['sync', this.file, ...this.hub]);
    return code === 0 ? null : stderr;
  }

  rows() {
    return rowsOfFile(this.file);
  }

  async faults() {
    const { stdout } = await tidemark(['letters', this.file, '--json']);
    const { letters } = JSON.parse(stdout);
    return [this.complaints, ...letters.map((letter) => JSON.stringify(letter))].filter(Boolean);
  }

  close() {
    this.watch?.kill('SIGKILL');
  }
}
