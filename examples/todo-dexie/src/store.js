// The to-dos: a Dexie database like any other, with the addon that syncs it.
import { Dexie, liveQuery } from 'dexie';
import { tidemark } from 'tidemark/dexie';

export class Store {
  #db;
  #sync = null;

  constructor(device) {
    this.#db = new Dexie(`todos-${device}`, { addons: [tidemark] });
    this.#db.version(1).stores({ todos: 'id, completed, created_at' });
  }

  async connect(token) {
    this.#sync = await this.#db.tidemark.connect({ url: '/sync', token, tables: ['todos'] });
    return this.#sync;
  }

  /** Calls back with all to-dos, newest first, now and after every change, whoever makes it. */
  watch(next, error) {
    return liveQuery(() => this.#db.todos.orderBy('created_at').reverse().toArray()) //
      .subscribe({ next, error });
  }

  add(fields) {
    const now = Date.now();
    return this.#db.todos.add({
      id: this.#sync?.newId() ?? crypto.randomUUID(),
      title: '',
      description: '',
      completed: 0, // A number, as IndexedDB cannot index booleans.
      priority: 'medium',
      due_date: null,
      ...fields,
      created_at: now,
      updated_at: now,
    });
  }

  // `update` writes these fields only: another device may change the others at the same time.
  update(id, changes) {
    return this.#db.todos.update(id, { ...changes, updated_at: Date.now() });
  }

  remove(id) {
    return this.#db.todos.delete(id);
  }

  /** Puts a deleted to-do back as it was. */
  restore(todo) {
    return this.#db.todos.put({ ...todo, updated_at: Date.now() });
  }
}
