// An app in a page that keeps its data in localStorage, driven from outside through `window.app`.
import { connect, type LocalSync, type LocalSyncOptions } from 'tidemark/local-storage';

let sync: LocalSync;
const events: unknown[] = [];
addEventListener('storage', ({ key, oldValue, newValue, storageArea, isTrusted }) => {
  if (key?.startsWith('tidemark:')) return;
  const isLocal = storageArea === localStorage;
  events.push({ key, oldValue, newValue, isLocal, isTrusted });
});

const codeOf = (error: unknown) => (error as { code?: string }).code ?? String(error);

const app = {
  async connect(token: string, options: Pick<LocalSyncOptions, 'tables' | 'name'>): Promise<void> {
    sync = await connect({ url: '/sync', token: () => token, ...options });
  },

  /** As code does that knows nothing of Tidemark. */
  setPlainly: (key: string, text: string) => localStorage.setItem(key, text),
  removePlainly: (key: string) => localStorage.removeItem(key),

  /** Null, or the code of why not. */
  set(key: string, text: string): string | null {
    try {
      sync.storage.setItem(key, text);
      return null;
    } catch (error) {
      return codeOf(error);
    }
  },
  remove: (key: string) => sync.storage.removeItem(key),
  get: (key: string) => sync.storage.getItem(key),

  /** Sets a field of an item that holds an object, as an app does that knows of no other tab. */
  setField(key: string, field: string, value: unknown): void {
    const row = JSON.parse(sync.storage.getItem(key) ?? '{}');
    sync.storage.setItem(key, JSON.stringify({ ...row, [field]: value }));
  },

  /** Writes on, and reports each item by `window.stored(key)`; the last one is `{prefix}{count}`. */
  async writeOn(prefix: string, field: string, count: number): Promise<void> {
    const { stored } = window as never as { stored(key: string): Promise<void> };
    for (let n = 1; n <= count; n++) {
      sync.storage.setItem(`${prefix}${n}`, JSON.stringify({ n }));
      app.setField('tenure_answers', field, n);
      void stored(`${prefix}${n}`);
      await new Promise((done) => setTimeout(done, Math.random() * 4));
    }
  },

  /** Fills localStorage to the last character. */
  fill(): void {
    for (let size = 1 << 20; size > 0; size >>= 1)
      try {
        for (let i = 0; ; i++) localStorage.setItem(`ballast-${size}-${i}`, 'x'.repeat(size));
      } catch {} // the next smaller
  },
  empty(): void {
    for (const key of Object.keys(localStorage))
      if (key.startsWith('ballast-')) localStorage.removeItem(key);
  },

  items: () =>
    Object.fromEntries(
      Object.entries(localStorage)
        .filter(([key]) => !key.startsWith('tidemark:'))
        .sort(),
    ),
  own: () => Object.keys(localStorage).filter((key) => key.startsWith('tidemark:')),
  events: () => events.splice(0),
  status: () => sync.status.value,
  flush: () => sync.flush().then(() => null, codeOf),
  setOnline: (online: boolean) => sync.setOnline(online),
  verify: async () => (await sync.verify()).tables,
  losses: async () => (await sync.losses()).map(({ id, row }) => ({ id, row })),
  switchAccount: () => sync.switchAccount({ pending: 'discard' }),
  close: () => sync.close(),
};

Object.assign(window, { app });
