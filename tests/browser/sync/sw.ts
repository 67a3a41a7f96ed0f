// The service worker of a device's app: it opens the same database, and syncs in the background.
import { Dexie } from 'dexie';
import { tidemark } from 'tidemark/dexie';
import { syncInBackground } from 'tidemark/service-worker';

const token = new URL(location.href).searchParams.get('token');

function open(): Dexie {
  const db = new Dexie('app', { addons: [tidemark] });
  db.version(1).stores({ todos: 'id', lists: 'id' });
  return db;
}

syncInBackground({ db: open, url: '/sync', token: () => token, tables: ['todos', 'lists'] });
