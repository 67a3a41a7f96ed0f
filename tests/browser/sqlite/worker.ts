// The worker of these tests: as the package's, with the core beside it. `#indexeddb`: as a browser
// without the origin private file system.
import { serve, type WorkerScope } from '../../../js/src/stores/sqlite-browser/server.js';
import { useWasm } from '../../../js/src/wasm.js';

useWasm('/tidemark.wasm');
if (location.hash === '#indexeddb')
  Object.defineProperty(StorageManager.prototype, 'getDirectory', { value: undefined });

const scope = globalThis as unknown as WorkerScope;
serve(scope);
const { onmessage } = scope;
const { now } = Date;
scope.onmessage = (event) => {
  // From here on it does what it is asked, and nobody hears of it.
  if (event.data.type === 'mute') BroadcastChannel.prototype.postMessage = () => {};
  if (event.data.type !== 'time') return onmessage?.call(scope, event);
  const ahead = event.data.now - now();
  Date.now = () => now() + ahead;
};
