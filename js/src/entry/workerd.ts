// A Worker may not compile bytes: it imports the core as a module that was compiled when it was deployed.
import compiled from './tidemark.wasm';
import { useWasm } from '../wasm.js';

useWasm(compiled);
