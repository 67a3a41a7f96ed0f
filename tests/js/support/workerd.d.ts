// What of workerd's types the hub names, for the tests that run it in Node.
type SqlStorageValue = ArrayBuffer | string | number | null;

interface SqlStorageCursor<T> {
  toArray(): T[];
  one(): T;
  [Symbol.iterator](): IterableIterator<T>;
}

interface SqlStorage {
  exec<T extends Record<string, SqlStorageValue>>(
    query: string,
    ...bindings: unknown[]
  ): SqlStorageCursor<T>;
}

interface DurableObjectStorage {
  readonly sql: SqlStorage;
  transactionSync<T>(closure: () => T): T;
}
