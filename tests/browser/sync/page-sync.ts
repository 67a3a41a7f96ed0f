// What any page is asked of its connection, whatever database is under it.
import type { Row, Sync } from './page-types.js';

export function syncCalls(sync: () => Sync) {
  return {
    status: () => sync().status.value,
    /** Resolves with the first status that has all these values. */
    untilStatus(wanted: Row): Promise<unknown> {
      return new Promise((resolve) => {
        let done = false;
        const undo: () => void = sync().status.subscribe((status) => {
          if (done || !Object.entries(wanted).every(([k, v]) => (status as Row)[k] === v)) return;
          done = true;
          setTimeout(() => undo());
          resolve(status);
        });
      });
    },
    /** Null, or the code of why not. */
    flush: () =>
      sync()
        .flush()
        .then(
          () => null,
          (error) => error.code ?? String(error),
        ),
    flushMany: (count: number) =>
      Promise.allSettled(Array.from({ length: count }, () => sync().flush())).then(
        (all) => all.filter(({ status }) => status === 'fulfilled').length,
      ),
    setOnline: (online: boolean) => sync().setOnline(online),
    pause: () => sync().pause(),
    resume: () => sync().resume(),
    newId: () => sync().newId(),
    deadLetters: async () =>
      (await sync().deadLetters()).map((letter) => {
        const { change, ...rest } = letter as { change: { table: string; id: string } };
        return { ...rest, table: change.table, key: change.id };
      }),
    letterIds: async () =>
      (await sync().deadLetters()).map((letter) => (letter as { id: number }).id),
    losses: async () => (await sync().losses()).map(({ id, row }) => ({ id, row })),
    /** Undoes the newest. */
    async undo(): Promise<void> {
      const [loss] = await sync().losses();
      await sync().undo(loss);
    },
    retry: (id: number) => sync().retry(id),
    discard: (id: number) => sync().discard(id),
    edit: (id: number, row: Row) => sync().edit(id, row),
    exportPending: () => sync().exportPending(),
    recordState: (table: string, key: unknown) => sync().recordState(table, key),
    verify: async () => (await sync().verify()).tables,
    metrics: () => sync().metrics.value,
    history: () => sync().history(),
    /** Null, or the code of why not. */
    switchAccount: (pending: 'refuse' | 'discard') =>
      sync()
        .switchAccount({ pending })
        .then(
          () => null,
          (error) => error.code ?? String(error),
        ),
    adopt: (choice: 'merge' | 'keep-remote') => sync().adopt(choice),
  };
}
