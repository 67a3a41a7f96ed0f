// The real hub in Node, for the clients of the tests: its storage is SQLite as an object's is.
import type { Database } from '@sqlite.org/sqlite-wasm';
import type { SqlValue } from '../../../js/src/stores/sqlite/database.js';
import type {
  Change,
  PullReply,
  PullRequest,
  PushReply,
  PushRequest,
  RecordKey,
} from '../../../js/src/wire.js';
import { Hub } from '../../../js/src/worker/hub.js';
import { ObjectStore } from '../../../js/src/worker/object-store.js';
import { realPure } from './core.js';
import { ModelHub } from './model-hub.js';
import { openMemory } from './sqlite-app.js';

function storageOver(handle: Database): DurableObjectStorage {
  const sql: SqlStorage = {
    exec<T>(query: string, ...bind: unknown[]) {
      const rows = handle.selectObjects(query, bind as SqlValue[]) as T[];
      return {
        toArray: () => rows,
        one: () => rows[0] as T,
        [Symbol.iterator]: () => rows.values(),
      };
    },
  };
  return { sql, transactionSync: (body) => handle.transaction(body) };
}

export class RealHub extends ModelHub {
  readonly #hub: Hub;
  /** Called with all records after every push. */
  onPushed: (records: readonly Change[]) => void = () => {};
  /** How often it gave each answer to a change. */
  readonly answers = new Map<string, number>();
  readonly #turns = new Map<string, string | undefined>();

  static async open(): Promise<RealHub> {
    return new RealHub(await realPure());
  }

  private constructor({ join, hash }: Awaited<ReturnType<typeof realPure>>) {
    super();
    const store = new ObjectStore(storageOver(openMemory()));
    this.#hub = new Hub(store, join, hash);
  }

  override push(request: PushRequest): PushReply {
    this.#turns.set(request.node, request.turn);
    const reply = this.#hub.push(request, this.now());
    for (const { outcome } of reply.results)
      this.answers.set(outcome, (this.answers.get(outcome) ?? 0) + 1);
    this.onPushed(this.#hub.pull({ cursor: null, limit: 5_000 }, this.now()).changes);
    return reply;
  }

  /** That of a `full` comes without the turn of its push. */
  override pull(request: PullRequest): PullReply {
    const turn = request.turn ?? (request.node && this.#turns.get(request.node));
    return this.#hub.pull(turn === undefined ? request : { ...request, turn }, this.now());
  }

  override answersTo(records: RecordKey[]): Change[] {
    const caller = { device: '', node: '0'.repeat(16), schema: 1, cursor: null, changes: [] };
    return this.#hub.full({ ...caller, pull: { limit: 1 }, records }, this.now()).records ?? [];
  }
}
