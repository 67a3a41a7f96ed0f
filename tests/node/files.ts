// What apps in Node have: files that other connections write, too, and the tables of a to-do list
// that syncs device to device (its own columns for that are the app's, and stay as they are).
import { databaseOf } from '../../js/src/stores/sqlite/libraries.js';
import { SqliteStore } from '../../js/src/stores/sqlite/store.js';
import { TestClock } from '../../js/src/testing/clock.js';
import { type ContractTest, equal, rejects } from '../../js/src/testing/contract.js';
import { Told } from '../../js/src/told.js';
import { type Open, rowsOf } from './libraries.js';

const todoSchema = `
  CREATE TABLE todos (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT, completed INTEGER DEFAULT 0,
    priority TEXT DEFAULT 'medium', due_date INTEGER, device_id TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, deleted INTEGER DEFAULT 0,
    synced INTEGER DEFAULT 0
  );
  CREATE INDEX idx_updated_at ON todos(updated_at);
  CREATE TABLE device_info (
    device_id TEXT PRIMARY KEY, device_name TEXT, created_at INTEGER NOT NULL, last_sync INTEGER
  );
  CREATE TABLE sync_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, remote_device_id TEXT NOT NULL,
    direction TEXT NOT NULL, todos_sent INTEGER DEFAULT 0, todos_received INTEGER DEFAULT 0,
    status TEXT NOT NULL, started_at INTEGER NOT NULL, completed_at INTEGER, error_message TEXT
  );
  CREATE INDEX idx_sync_session ON sync_log(session_id);
`;
const todoTables = ['todos', 'device_info', 'sync_log'];
const stamp = '01a200000000-0000-00000000000000bb';

async function told(check: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !check(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
}

export function fileTests(freshPath: () => string, openFile: Open): ContractTest[] {
  const open = (path: string, tables: readonly string[]) => {
    const handle = openFile(path);
    const modes = new Map(tables.map((name) => [name, 'field'] as const));
    const store = SqliteStore.open(databaseOf(handle), { tables: modes, clock: new TestClock() });
    return { handle, store };
  };
  const test = (name: string, run: () => Promise<void>): ContractTest => ({ name, run });
  return [
    test("a to-do list's own sync tables work as they stand", async () => {
      const path = freshPath();
      openFile(path).exec(todoSchema);
      const { handle, store } = open(path, todoTables);
      handle.exec(`
        INSERT INTO todos (id, title, device_id, created_at, updated_at)
          VALUES ('d1-1-x', 'Milk', 'd1', 1, 1);
        UPDATE todos SET completed = 1, updated_at = 2, deleted = 1;
        INSERT INTO device_info VALUES ('d1', 'Phone', 1, NULL);
        INSERT INTO sync_log (session_id, remote_device_id, direction, status, started_at)
          VALUES ('s', 'd2', 'send', 'success', 5);
      `);
      const { writes, rows } = await store.readOutbox(10);
      equal(
        writes.map(({ table, id }) => `${table} ${id}`),
        ['todos "d1-1-x"', 'todos "d1-1-x"', 'device_info "d1"', 'sync_log 1'],
        'recorded',
      );
      const todo = { id: 'd1-1-x', title: 'Milk', completed: 1, priority: 'medium' };
      const times = { device_id: 'd1', created_at: 1, updated_at: 2, deleted: 1, synced: 0 };
      equal(rows.get('todos')?.get('"d1-1-x"'), { ...todo, ...times }, 'row');
      const change = { table: 'todos', id: '"d2-1-y"', stamp, row: { id: 'd2-1-y', title: 'Tea' } };
      const nothing = { acknowledged: [], clock: null, offsetMs: null };
      const term = await store.lead();
      // It lacks what the table demands: refused, and seen.
      const { refused } = await store.commit({ ...nothing, changes: [change] }, () => [], term);
      equal([refused, (await store.deadLetters())[0]?.code], [1, 'constraint'], 'refused');
      const whole = { ...change, row: { ...change.row, ...times } };
      await store.commit({ ...nothing, changes: [whole] }, () => [], term);
      equal(await store.deadLetters(), [], 'came whole');
      const [row] = rowsOf(handle, `SELECT priority FROM todos WHERE id = 'd2-1-y'`);
      equal(row?.priority, 'medium', 'default');
      handle.close();
    }),

    test('another connection to the file is recorded, and listeners hear of it', async () => {
      const path = freshPath();
      const other = openFile(path);
      other.exec('PRAGMA journal_mode = WAL; CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT)');
      const { handle, store } = open(path, ['todos']);
      let heard = 0;
      let last = 0;
      store.onWrite((writes) => {
        last = Math.max(last, ...writes.map(({ entry }) => entry));
        heard += writes.reduce((sum, { count }) => sum + count, 0);
      });
      other.exec(`INSERT INTO todos VALUES ('a', 'Milk'), ('b', 'Bread')`);
      await told(() => heard >= 2);
      equal(heard, 2, 'heard');
      // What comes to nothing was counted all the same, and its number is not given again.
      other.exec('UPDATE todos SET title = title');
      await told(() => heard >= 4);
      const { pending, counted } = await store.readOutbox(10);
      equal([heard, pending], [4, 2], 'pending');
      const listened = new Told();
      listened.add([{ count: 2, entry: last }]);
      equal(listened.after(counted), 0, 'counted');
      other.exec(`INSERT INTO todos VALUES ('c', 'Tea')`);
      await told(() => heard >= 5);
      equal(heard, 5, 'heard again');
      store.close();
      handle.close();
      other.close();
    }),

    test('what one process left, the next goes on with', async () => {
      const path = freshPath();
      openFile(path).exec('CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT)');
      const first = open(path, ['todos']);
      first.handle.exec(`INSERT INTO todos VALUES ('a', 'Milk')`);
      const [before] = (await first.store.readOutbox(10)).writes;
      first.handle.close();
      const { handle, store } = open(path, ['todos']);
      const [after] = (await store.readOutbox(10)).writes;
      equal(after?.columns.register, before?.columns.register, 'stamp');
      equal((await store.load()).pending, 1, 'pending');
      handle.close();
    }),

    test('while the app holds a transaction open, the store waits and touches nothing', async () => {
      const path = freshPath();
      openFile(path).exec('CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT)');
      const { handle, store } = open(path, ['todos']);
      handle.exec(`BEGIN; INSERT INTO todos VALUES ('a', 'Milk')`);
      await rejects(store.readOutbox(10), 'store_failed', 'outbox');
      handle.exec('COMMIT');
      equal((await store.readOutbox(10)).pending, 1, 'pending');
      handle.close();
    }),

    test('integers of 64 bits, reals, texts and blobs are exactly what was written', async () => {
      const path = freshPath();
      openFile(path).exec('CREATE TABLE t (id TEXT PRIMARY KEY, i INT, r REAL, s TEXT, b)');
      const { handle, store } = open(path, ['t']);
      handle.exec(`INSERT INTO t VALUES ('a', 9223372036854775807, 0.1, 'ä\u{1f600}', x'00ff')`);
      handle.exec(`INSERT INTO t VALUES ('b', -9007199254740993, 5e-324, '', x'')`);
      const { rows } = await store.readOutbox(10);
      const a = { id: 'a', i: { '$tm:bigint': '9223372036854775807' }, r: 0.1, s: 'ä\u{1f600}' };
      const b = { id: 'b', i: { '$tm:bigint': '-9007199254740993' }, r: 5e-324, s: '' };
      equal(rows.get('t')?.get('"a"'), { ...a, b: { '$tm:bytes': 'AP8=' } }, 'a');
      equal(rows.get('t')?.get('"b"'), { ...b, b: { '$tm:bytes': '' } }, 'b');
      const term = await store.lead();
      const nothing = { acknowledged: [], clock: null, offsetMs: null };
      const changes = [
        { table: 't', id: '"c"', stamp, row: { ...a, id: 'c', b: { '$tm:bytes': 'AP8=' } } },
      ];
      await store.commit({ ...nothing, changes }, () => [], term);
      const same = rowsOf(
        handle,
        `SELECT count(*) AS n FROM t x JOIN t y ON x.id = 'a' AND y.id = 'c'
         WHERE x.i = y.i AND x.r = y.r AND x.s = y.s AND x.b = y.b`,
      );
      equal(same[0]?.n, 1, 'written');
      handle.close();
    }),
  ];
}
