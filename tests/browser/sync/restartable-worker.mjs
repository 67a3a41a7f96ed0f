// The real Worker, which can be killed and started again on the same storage.
import { startWorker } from '../../../scripts/lib/worker-server.mjs';

export class RestartableWorker {
  #stateDir;
  #tokens;
  #process;

  static async start(stateDir, tokens) {
    const worker = new RestartableWorker();
    worker.#stateDir = stateDir;
    worker.#tokens = tokens;
    await worker.restart();
    return worker;
  }

  async restart() {
    this.#process = await startWorker({ port: 0, stateDir: this.#stateDir, tokens: this.#tokens });
    this.url = this.#process.url;
  }

  kill() {
    return this.#process.kill();
  }

  stop() {
    return this.#process.stop();
  }
}
