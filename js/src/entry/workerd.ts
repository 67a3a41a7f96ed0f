// A Worker may not compile bytes: it imports the core as a module that was compiled when it was
// deployed. It is loaded while the Worker starts, because what one request has begun to load must
// not be what another one waits for.

import { loadPure } from '../core.js';
import { useWasm } from '../wasm.js';
import compiled from './tidemark.wasm';

useWasm(compiled);
export const { join: hubJoin, hash: hubHash } = await loadPure();
