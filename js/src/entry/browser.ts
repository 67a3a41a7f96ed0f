// A browser fetches the core from beside the bundle. Bundlers know this form of an address and copy
// the file.
import { useWasm } from '../wasm.js';

useWasm(new URL('./tidemark.wasm', import.meta.url));
