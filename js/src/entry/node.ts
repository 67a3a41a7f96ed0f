// Node reads the core from beside the bundle.
import { readFile } from 'node:fs/promises';
import { useWasm } from '../wasm.js';

const bytes = readFile(new URL('./tidemark.wasm', import.meta.url));
// A missing file is the first load's to report, and nobody's if the app names another before.
bytes.catch(() => {});
useWasm(bytes);
