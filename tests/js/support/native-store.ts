// The native SQLite store as the port that TypeScript has: every call is a line of JSON to the
// program tests/native/sqlite_driver, and a line back.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { type ErrorCode, TidemarkError } from '../../../js/src/errors.js';
import type { Join } from '../../../js/src/merge.js';
import type { SqlValue } from '../../../js/src/stores/sqlite/database.js';
import type {
  Clock,
  Commit,
  NewWrites,
  Outbox,
  PendingWrite,
  Store,
} from '../../../js/src/stores/store.js';
import { canonicalText, setOwn } from '../../../js/src/values.js';

/** Set by what runs these tests; see tests/js/store-native.test.ts. */
export const driverPath = new URL(
  '../../../build/dev/tests/native/sqlite_driver/sqlite_driver',
  import.meta.url,
);

type Json = Record<string, unknown>;
interface Reply {
  ok?: unknown;
  error?: { code: ErrorCode; message: string };
  again?: { first: string; count: number };
}

/** The program, which does one thing at a time. */
export class NativeProgram {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #next: AsyncIterator<string>;
  #queue: Promise<unknown>;

  constructor(program: string) {
    this.#child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    this.#next = this.#lines[Symbol.asyncIterator]();
    this.#queue = this.#read();
  }

  /** `again`: answers what the program asks meanwhile. */
  call(
    name: string,
    given: Json = {},
    again?: (asked: Reply['again']) => string,
  ): Promise<unknown> {
    const done = this.#queue.then(async () => {
      let reply = await this.#ask({ call: name, now: Date.now(), ...given });
      while (reply.again) {
        const stamp = (again as NonNullable<typeof again>)(reply.again);
        reply = await this.#ask({ stamp });
      }
      if (reply.error) throw new TidemarkError(reply.error.code, reply.error.message);
      return reply.ok;
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  async #ask(line: Json): Promise<Reply> {
    this.#child.stdin?.write(`${JSON.stringify(line)}\n`);
    return this.#read();
  }

  async #read(): Promise<Reply> {
    const { value, done } = await this.#next.next();
    if (done) throw new Error('the native program has ended');
    return JSON.parse(value);
  }

  async close(): Promise<void> {
    await this.#queue;
    const ended = new Promise<number | null>((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    const code = await ended;
    // A sanitizer has found something.
    if (code !== 0) throw new Error(`the native program has ended with ${code}`);
  }
}

type RowTexts = Record<string, string>;
const textsOf = (row: object): RowTexts => {
  const texts: RowTexts = {};
  for (const name of Object.keys(row)) setOwn(texts, name, canonicalText((row as Json)[name]));
  return texts;
};
const rowOf = (texts: RowTexts): Json => {
  const row: Json = {};
  for (const name of Object.keys(texts)) setOwn(row, name, JSON.parse(texts[name] as string));
  return row;
};

/** Every `row` of what the port is given, or gives. */
const withRow = <T extends object>(of: T, convert: (row: never) => object): T =>
  'row' in of && of.row ? { ...of, row: convert(of.row as never) } : of;
const out = <T extends object>(of: T): T => withRow(of, textsOf);
const into = <T extends object>(of: T): T => withRow(of, rowOf);

function writeOut(write: PendingWrite): Json {
  const { columns, carries, ...rest } = write;
  const fields = Object.fromEntries(columns.fields);
  return {
    ...rest,
    columns: { ...columns, fields },
    ...(carries && { carries: carries.map(writeOut) }),
  };
}

function writeInto({ columns, carries, ...rest }: Json): PendingWrite {
  const { fields, ...others } = columns as { fields: Record<string, string> };
  const write = { ...rest, columns: { ...others, fields: new Map(Object.entries(fields)) } };
  return { ...write, ...(carries ? { carries: (carries as Json[]).map(writeInto) } : {}) } as never;
}

/** Changes are named by their numbers; a page names the cursor that it follows. */
function commitOut(commit: Commit, cursor: string | null): Json {
  const { acknowledged, changes, records, after, ...rest } = commit;
  const pushed = [...new Set(acknowledged.flatMap(({ change }) => change ?? []))];
  return {
    ...rest,
    pushed: pushed.map(out),
    acknowledged: acknowledged.map(({ write, result, refusal, change, past }) => ({
      ...{ write: writeOut(write), result, code: refusal?.code, message: refusal?.message, past },
      change: change && pushed.indexOf(change),
    })),
    changes: changes.map(out),
    records: (records ?? []).map(out),
    ...(commit.cursor !== undefined && {
      page: { cursor: commit.cursor, after: after === undefined ? cursor : after },
    }),
  };
}

export class NativeStore implements Store {
  #last = 0;
  readonly #listeners = new Set<(writes: readonly NewWrites[]) => void>();

  constructor(
    readonly program: NativeProgram,
    readonly clock: Clock,
  ) {}

  #stamping(): Json {
    const { accepted, offsetMs } = this.clock;
    return { stamp: this.clock.reserve(1), offsetMs, ...(accepted && { after: accepted }) };
  }
  async #list<T extends object>(name: string): Promise<T[]> {
    return ((await this.program.call(name)) as T[]).map(into);
  }
  async load() {
    return (await this.program.call('load')) as never;
  }
  async readOutbox(limit: number): Promise<Outbox> {
    const outbox = (await this.program.call('readOutbox', { limit })) as {
      writes: Json[];
      rows: [string, string, RowTexts][];
    };
    const rows = new Map<string, Map<string, Json>>();
    for (const write of outbox.writes) rows.set(write.table as string, new Map());
    for (const [table, id, row] of outbox.rows) rows.get(table)?.set(id, rowOf(row));
    return { ...outbox, writes: outbox.writes.map(writeInto), rows } as never;
  }
  async sending(writes: readonly PendingWrite[]) {
    await this.program.call('sending', { writes: writes.map(writeOut) });
  }
  async commit(commit: Commit, _join: Join, term: number) {
    const { cursor } = (await this.load()) as { cursor: string | null };
    const given = { commit: commitOut(commit, cursor), term };
    return (await this.program.call('commit', given)) as never;
  }
  async restamp(again: (first: string, count: number) => string) {
    await this.program.call('restamp', this.#stamping(), (asked) =>
      again(asked?.first as string, asked?.count as number),
    );
  }
  async lead() {
    return (await this.program.call('lead', this.#stamping())) as number;
  }
  async deadLetters() {
    const letters = await this.#list<{ change: object }>('deadLetters');
    return letters.map((letter) => ({ ...letter, change: into(letter.change) })) as never;
  }
  async retryDeadLetter(id: number) {
    await this.program.call('retryDeadLetter', { id });
    await this.#look();
  }
  async discardDeadLetter(id: number) {
    await this.program.call('discardDeadLetter', { id });
  }
  async write(change: object) {
    await this.program.call('write', { change: out(change) });
    await this.#look();
  }
  async scan(table: string, limit: number, after?: unknown) {
    const given = { table, limit, ...(after !== undefined && { after }) };
    const page = (await this.program.call('scan', given)) as { rows: object[]; next: unknown };
    return { rows: page.rows.map(into), next: page.next ?? undefined } as never;
  }
  async writeAgain(records: readonly object[]) {
    await this.program.call('writeAgain', { records });
    await this.#look();
  }
  losses() {
    return this.#list<never>('losses');
  }
  async dropLoss(loss: object) {
    await this.program.call('dropLoss', { loss: out(loss) });
  }
  droppedLosses() {
    return this.#list<never>('droppedLosses');
  }
  pendingRecords() {
    return this.#list<never>('pendingRecords');
  }
  async recordState(table: string, id: string) {
    return (await this.program.call('recordState', { table, id })) as never;
  }
  syncLog() {
    return this.#list<never>('syncLog');
  }
  async appendSyncLog(entries: readonly object[]) {
    for (const entry of entries) await this.program.call('appendSyncLog', { entry });
  }
  async adoption(choice: 'merge' | 'keep-remote') {
    if (choice === 'keep-remote') await this.program.call('keepRemote');
  }
  async clear({ pending }: { pending: 'refuse' | 'discard' }) {
    await this.program.call('clear', { discard: pending === 'discard' });
  }

  onWrite(listener: (writes: readonly NewWrites[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  /** The app's writes so far are a transaction of their own. */
  async mark(): Promise<void> {
    await this.load();
    await this.#look();
  }
  async #look(): Promise<void> {
    const news = (await this.program.call('writtenSince', { after: this.#last })) as NewWrites;
    if (news.count === 0) return;
    this.#last = news.entry;
    for (const listener of this.#listeners) listener([news]);
  }
  close(): void {}

  async sql(sql: string, parameters: readonly SqlValue[] = []): Promise<unknown[][]> {
    return (await this.program.call('sql', { sql, parameters })) as unknown[][];
  }
}
