// Account: whether rows that were here before the first connect meet records of the hub, so that
// the app's choice (`firstLogin`) matters.
import { TidemarkError } from './errors.js';
import type { LoadedState, Store } from './stores/store.js';
import type { Transport } from './transports/transport.js';
import type { Status, SyncOptions } from './types.js';

type Meeting = NonNullable<Status['firstLogin']>;

/** Makes the choice; returns how many records are here and there where it is the app's to make. */
export async function chosen(
  store: Store,
  transport: Transport,
  firstLogin: SyncOptions['firstLogin'] = 'merge',
): Promise<Meeting | null> {
  const meeting = firstLogin === 'merge' ? null : await meetingOf(await store.load(), transport);
  if (meeting === null || firstLogin === 'ask') return meeting;
  await store.adoption('keep-remote');
  return null;
}

/** How many records are here and there; null: nothing is to be chosen. */
async function meetingOf(
  { adopted, hub, tables }: LoadedState,
  transport: Transport,
): Promise<Meeting | null> {
  if (adopted === 0 || hub !== null) return null;
  const options = { refreshToken: false, signal: new AbortController().signal };
  const names = Object.keys(tables);
  let remote = 0;
  try {
    const meta = await transport.meta?.({}, options);
    if (meta === undefined) throw new TidemarkError('not_found');
    for (const name of names)
      if (Object.hasOwn(meta.counts, name)) remote += meta.counts[name]?.records ?? 0;
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== 'not_found') throw error;
    // An endpoint that does not count: whether there is something is all there is to know.
    const page = await transport.pull({ cursor: null, limit: 1, tables: names }, options);
    remote = page.changes.filter(({ deleted }) => !deleted).length || Number(page.more);
  }
  return remote === 0 ? null : { local: adopted, remote };
}
