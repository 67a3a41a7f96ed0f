// What a SyncClient works with.
import type { Engine } from './engine.js';
import type { Host } from './host.js';
import type { Store } from './stores/store.js';
import type { Transport } from './transports/transport.js';
import type { SyncOptions } from './types.js';

type Chosen = Pick<SyncOptions, 'schema' | 'firstLogin' | 'takeoverMs' | 'persist'>;

export interface ClientOptions extends Partial<{ [K in keyof Chosen]: Chosen[K] | undefined }> {
  store: Store;
  engine: Engine;
  transport: Transport;
  host?: Host;
  /** Contexts of one origin with the same name share the store, and elect a leader. */
  name: string;
}
