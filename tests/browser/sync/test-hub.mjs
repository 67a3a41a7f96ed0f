// A Worker of its own for cases that need more than requests: its storage can be copied while it is
// stopped and put back, its marks of time can be aged, and its least schema is set at a start.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Log, LogLevel, Miniflare } from 'miniflare';
import { bundleWorker } from '../../../scripts/lib/bundle-worker.mjs';

/** The example Worker, with calls that only a test may make. */
const entryOf = (example) => `
import example, { Sync as Base } from './${example}';
export class Sync extends Base {
  constructor(ctx, env) {
    super(ctx, env);
    this.schemaMin = Number(env.SCHEMA_MIN);
  }
  age(days) {
    const at = Date.now() - days * 86_400_000;
    this.ctx.storage.sql.exec('UPDATE marks SET at = at - ?', days * 86_400_000);
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO marks SELECT ?, seq FROM meta', at);
  }
}
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (!pathname.startsWith('/test/')) return example.fetch(request, env);
    const hub = env.SYNC.get(env.SYNC.idFromName(searchParams.get('user')));
    if (pathname === '/test/restored') await hub.restored();
    if (pathname === '/test/age') await hub.age(Number(searchParams.get('days')));
    return new Response('done');
  },
};
`;

export class TestHub {
  #tokens;
  #folder;
  #miniflare;

  static async start(tokens) {
    const hub = new TestHub();
    hub.#tokens = tokens;
    hub.#folder = await mkdtemp(join(tmpdir(), 'tidemark-hub-'));
    await hub.restart();
    return hub;
  }

  get #state() {
    return join(this.#folder, 'state');
  }

  async restart({ schemaMin = 1 } = {}) {
    const manifest = await bundleWorker();
    const { assets: _, modules, ...worker } = JSON.parse(await readFile(manifest, 'utf8'));
    const root = dirname(manifest);
    const contents = entryOf(modules[0].path.slice(root.length + 1));
    const bindings = { TOKENS: JSON.stringify(this.#tokens), SCHEMA_MIN: String(schemaMin) };
    this.#miniflare = new Miniflare({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      log: new Log(LogLevel.ERROR),
      defaultPersistRoot: this.#state,
      ...worker,
      name: 'tidemark',
      modulesRoot: root,
      modules: [{ type: 'ESModule', path: join(root, 'test-hub.js'), contents }, ...modules],
      bindings: { ...worker.bindings, ...bindings },
    });
    this.url = (await this.#miniflare.ready).origin;
  }

  stop() {
    return this.#miniflare.dispose();
  }

  /** What a backup is: the storage as it is now. */
  async backUp() {
    await this.stop();
    await cp(this.#state, join(this.#folder, 'backup'), { recursive: true });
    await this.restart();
  }

  /** The storage as it was at the last backup. */
  async restore() {
    await this.stop();
    await rm(this.#state, { recursive: true });
    await cp(join(this.#folder, 'backup'), this.#state, { recursive: true });
    await this.restart();
  }

  async call(name, query) {
    const response = await fetch(`${this.url}/test/${name}?${new URLSearchParams(query)}`);
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  }

  async close() {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
