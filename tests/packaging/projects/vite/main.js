// One tracked write with nobody at the other end: it stays pending.
import Dexie from 'dexie';
import { tidemark } from 'tidemark/dexie';

const db = new Dexie('app', { addons: [tidemark] });
db.version(1).stores({ todos: 'id' });
const sync = await db.tidemark.connect({ url: '/sync', token: () => 'token', tables: ['todos'] });
await db.todos.put({ id: 'milk', title: 'Milk' });
// Counted twice for a moment, where the outbox is being read as the write is told.
await new Promise((resolve) => {
  sync.status.subscribe(({ pending }) => pending === 1 && resolve());
});
globalThis.result = {
  pending: sync.status.value.pending,
  rows: await db.todos.toArray(),
  deviceKey: /^[0-9a-z]{8}-/.test(sync.newId()),
};
