// The worker of these tests: as the package's, with the core beside it. `#indexeddb`: as a browser
// without the origin private file system.
import { serve, type WorkerScope } from '../../../js/src/stores/sqlite-browser/server.js';
import { useWasm } from '../../../js/src/wasm.js';

useWasm('/tidemark.wasm');
if (location.hash === '#indexeddb')
  Object.defineProperty(StorageManager.prototype, 'getDirectory', { value: undefined });
serve(globalThis as unknown as WorkerScope);
