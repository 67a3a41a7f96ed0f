// The package's main entry: what every host and store shares. Re-exports only.
export { type ClientOptions, SyncClient } from './client.js';
export { createEngine, type Engine } from './engine.js';
export { type ErrorBody, type ErrorCode, TidemarkError } from './errors.js';
export { type Host, systemHost } from './host.js';
export { newId } from './ids.js';
export { startSync } from './start.js';
export type * from './stores/store.js';
export { type FetchOptions, FetchTransport, type TokenSource } from './transports/fetch.js';
export type { Transport } from './transports/transport.js';
export type * from './types.js';
export { useWasm } from './wasm.js';
export type * from './wire.js';
