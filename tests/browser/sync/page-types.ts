// What a page is asked to do, and what it uses of the package.
export type Row = Record<string, unknown>;

/** One write: what Dexie is to be asked. */
export type Op =
  | ['put' | 'add', table: string, row: Row, key?: unknown]
  | ['bulkPut' | 'bulkAdd', table: string, rows: Row[], keys?: unknown[]]
  | ['update', table: string, key: unknown, changes: Row]
  | ['delete', table: string, key: unknown]
  | ['bulkDelete', table: string, keys: unknown[]]
  | ['modify', table: string, changes: Row]
  | ['clear', table: string];

export interface OpenOptions {
  name: string;
  schema: Record<string, string>;
  /** Without the addon: as the app was before it. */
  plain?: boolean;
  /** A version of the app after the first, and what it sets in every row of a table. */
  next?: { schema: Record<string, string | null>; set?: [table: string, changes: Row] };
  durability?: 'strict' | 'relaxed';
}

export interface ConnectOptions {
  tables: string[] | Record<string, { merge?: 'field' | 'record' }>;
  live?: boolean;
  timeoutMs?: number;
  firstLogin?: 'merge' | 'keep-remote' | 'ask';
  takeoverMs?: number;
  persist?: boolean;
}

export interface Sync {
  status: { value: unknown; subscribe(listener: (value: unknown) => void): () => void };
  flush(): Promise<void>;
  pause(): void;
  resume(): void;
  setOnline(online: boolean): void;
  newId(): string;
  deadLetters(): Promise<unknown[]>;
  losses(): Promise<{ id: string; row: Row }[]>;
  undo(loss: unknown): Promise<void>;
  retry(id: number): Promise<void>;
  discard(id: number): Promise<void>;
  edit(id: number, row: Row): Promise<void>;
  exportPending(): Promise<unknown>;
  recordState(table: string, key: unknown): Promise<string>;
  verify(): Promise<{ tables: unknown }>;
  metrics: { value: unknown };
  history(): Promise<unknown[]>;
  switchAccount(options: { pending: 'refuse' | 'discard' }): Promise<void>;
  adopt(choice: 'merge' | 'keep-remote'): Promise<void>;
  on(event: string, listener: (detail: unknown) => void): () => void;
  close(): Promise<void>;
}
