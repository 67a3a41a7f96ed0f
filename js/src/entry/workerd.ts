// A Worker may not compile bytes: it imports the core as a module that was compiled when it was deployed.
import compiled from './tidemark.wasm';
import { loadJoin } from '../core.js';
import { useWasm } from '../wasm.js';

useWasm(compiled);

/** The join, from here, so that no bundler leaves out the line above as if nobody used it. */
export const loadHubJoin = () => loadJoin();
