// Start: from an app's options to a running connection.
import { SyncClient } from './client.js';
import type { Engine } from './engine.js';
import { TidemarkError } from './errors.js';
import type { MergeMode, Store } from './stores/store.js';
import { FetchTransport } from './transports/fetch.js';
import { PrefetchTransport } from './transports/prefetch.js';
import type { SyncOptions } from './types.js';

/** UTF-8 bytes of a device's label, at most. */
const deviceBytesMax = 256;
/** A tab that is only busy is not to lose the lead. */
const takeoverMsMin = 1_000;

/** Starts to sync `store`. The engine is the one that stamps its writes. */
export async function startSync(
  store: Store,
  engine: Engine,
  name: string,
  { url, token, scope, transport, schema, device, firstLogin, takeoverMs, persist }: SyncOptions,
): Promise<SyncClient> {
  // Said here, where the app can hear it: the endpoint could only refuse every request.
  if (schema !== undefined && !(Number.isSafeInteger(schema) && schema >= 0))
    throw new TidemarkError('bad_input', 'schema is not a count');
  if (device !== undefined && new TextEncoder().encode(device).length > deviceBytesMax)
    throw new TidemarkError('bad_input', `device is over ${deviceBytesMax} bytes`);
  if (takeoverMs !== undefined && !(takeoverMs >= takeoverMsMin))
    throw new TidemarkError('bad_input', `takeoverMs is under ${takeoverMsMin}`);
  const http = new PrefetchTransport(new FetchTransport(url, token, scope, transport));
  const chosen = { schema, firstLogin, takeoverMs, persist };
  return SyncClient.start({ store, engine, name, transport: http, ...chosen });
}

/** Each table's merge mode, as the options name it. */
export function mergeModes(tables: SyncOptions['tables']): Map<string, MergeMode> {
  if (Array.isArray(tables)) return new Map(tables.map((name) => [name, 'field']));
  const modes = Object.entries(tables as Record<string, { merge?: MergeMode }>);
  return new Map(modes.map(([name, { merge = 'field' }]) => [name, merge]));
}
