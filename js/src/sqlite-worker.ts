// `tidemark/sqlite-worker`: the script of the worker that has a database's file.
import { serve, type WorkerScope } from './stores/sqlite-browser/server.js';

serve(globalThis as unknown as WorkerScope);
