// A hub that has all its answers ready: the pull of protocol 1 over records that are never pushed
// to, so that what is measured is the device. Besides, the same rows in one reply, for the floors.
import { todos } from './todos.mjs';

/** As the Worker's limits say: bytes of a page. */
const pageBytesMax = 1 << 20;
const node = 'a1b2c3d4e5f60708';
const stampOf = (n) => `0195${n.toString(16).padStart(8, '0')}-0000-${node}`;

/** One scope of so many to-dos. */
class Scope {
  constructor(rows) {
    this.rows = rows;
    this.all = JSON.stringify(rows);
    this.changes = rows.map((row, i) =>
      JSON.stringify({ table: 'todos', id: JSON.stringify(row.id), stamp: stampOf(i), row }),
    );
    this.turns = 0;
    /** Where the patch of a record stands. */
    this.patches = new Map();
  }

  /** Three fields of some records are written, those before them of others. */
  publish(count) {
    const { rows, changes } = this;
    const turn = this.turns++;
    for (let i = 0; i < count; i++) {
      const { id } = rows[Math.floor(((i + (turn % 7) / 7) * rows.length) / count)];
      const row = { title: `Written again ${turn}`, completed: turn % 2, updated_at: turn };
      const stamp = stampOf(changes.length);
      const change = { table: 'todos', id: JSON.stringify(id), stamp, patch: true, row };
      // A record has one place, that of its last change.
      if (this.patches.has(id)) changes[this.patches.get(id)] = '';
      this.patches.set(id, changes.push(JSON.stringify(change)) - 1);
    }
  }

  page(cursor, limit) {
    const from = cursor === null ? 0 : Number(cursor.split(':')[1]);
    // No page has a record twice: whole, and a patch of it.
    const end = from < this.rows.length ? this.rows.length : this.changes.length;
    let [to, bytes] = [from, 0];
    while (to < end && to - from < limit && bytes < pageBytesMax)
      bytes += this.changes[to++].length;
    const more = to < this.changes.length;
    const rest = {
      cursor: `e:${to}`,
      more,
      fence: 0,
      hub: 'bench',
      seq: to,
      safe: this.rows.length,
    };
    const serverTime = Date.now();
    const tail = JSON.stringify({ ...rest, serverTime }).slice(1);
    const changes = this.changes.slice(from, to).filter((text) => text !== '');
    return `{"changes":[${changes}],${tail}`;
  }

  meta() {
    const counts = { todos: { records: this.rows.length, tombstones: 0 } };
    const seq = this.changes.length;
    const head = { protocol: 1, hub: 'bench', epoch: 'e', seq, fence: 0, safe: 0 };
    return JSON.stringify({ ...head, counts, serverTime: Date.now() });
  }
}

/**
 * Handlers by path for scopes of these sizes: `/N/sync` is a hub of N records, `/N/rows` has them
 * in one reply, and `/N/publish?count=n` writes to n of them.
 */
export function handlersOf(sizes) {
  const most = todos(Math.max(...sizes));
  const handlers = {};
  for (const size of sizes) {
    const scope = new Scope(most.slice(0, size));
    const add = (path, answer) => {
      handlers[`/${size}/${path}`] = (request, response) => {
        const query = new URL(request.url, 'http://localhost').searchParams;
        const body = Buffer.from(answer(query));
        const headers = { 'content-type': 'application/json', 'content-length': body.length };
        response.writeHead(200, headers).end(body);
      };
    };
    add('sync/pull', (query) => scope.page(query.get('cursor'), Number(query.get('limit'))));
    add('sync/meta', () => scope.meta());
    add('rows', () => scope.all);
    add('publish', (query) => {
      scope.publish(Number(query.get('count')));
      return '{}';
    });
  }
  return handlers;
}
