// What a device in a page is told from outside, whatever its store.
import type { Sync } from '../browser/sync/page-types.js';
import { nextWrite, type Write } from './writes.mjs';

export function writingCalls(
  name: string,
  wide: boolean,
  apply: (write: Write) => Promise<void>,
  sync: () => Sync,
) {
  let ended = false;
  let writing: Promise<void> = Promise.resolve();
  let writes = 0;
  const writeOn = async (pauseMs: number) => {
    while (!ended) {
      await apply(nextWrite(name, writes++, wide));
      await new Promise((done) => setTimeout(done, pauseMs * 2 * Math.random()));
    }
  };
  return {
    begin(pauseMs: number): void {
      writing = writeOn(pauseMs);
      // What went wrong is thrown at the end.
      writing.catch(() => {});
    },
    async end(): Promise<number> {
      ended = true;
      await writing;
      return writes;
    },
    flush: (): Promise<string | null> =>
      sync()
        .flush()
        .then(
          () => null,
          (error) => `${error.code ?? error}`,
        ),
    letters: async (): Promise<string[]> =>
      (await sync().deadLetters()).map((letter) => JSON.stringify(letter)),
  };
}
