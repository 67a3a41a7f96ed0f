// How Tidemark's own object stores get into a database that the app opens itself.
import { TidemarkError } from '../../errors.js';
import { ownSchema, ownStores } from '../indexeddb/schema.js';

/** What of a database is needed to add stores: the browser's own one has it, and that of `idb`. */
export interface Upgraded {
  readonly objectStoreNames: { contains(name: never): boolean };
  createObjectStore(name: never, options?: IDBObjectStoreParameters): unknown;
}

/** Those that are missing, as Dexie would make them: either may open what the other made. */
export function addOwnStores(db: Upgraded): void {
  for (const [name, schema] of Object.entries(ownSchema)) {
    if (db.objectStoreNames.contains(name as never)) continue;
    const [primary = '', ...indexes] = schema.split(',');
    const store = db.createObjectStore(name as never, primaryOf(primary)) as IDBObjectStore;
    for (const index of indexes) store.createIndex(index, index);
  }
}

function primaryOf(text: string): IDBObjectStoreParameters {
  if (text.startsWith('++')) return { keyPath: text.slice(2), autoIncrement: true };
  const compound = /^\[(.*)\]$/.exec(text)?.[1];
  return { keyPath: compound === undefined ? text : compound.split('+') };
}

/** Throws `table_unsupported`, with what is to be done, where they are missing. */
export function checkOwnStores({ name, version, objectStoreNames }: IDBDatabase): void {
  if (ownStores.every((store) => objectStoreNames.contains(store))) return;
  throw new TidemarkError(
    'table_unsupported',
    `the database ${name} lacks Tidemark's own stores: open it with a version over ${version}, ` +
      'and add two lines:\n' +
      "  import { addTidemark } from 'tidemark/idb';\n" +
      '  addTidemark(db); // in upgrade(db)',
  );
}
