// A tab's calls: numbered, in flight until they are answered, and asked again of the next worker
// when the one that had them is gone.
import { TidemarkError } from '../../errors.js';
import { type Answer, type Call, errorOf, type Operation } from './protocol.js';

/** Workers that a call is asked of: one that ends them all is not to end the next. */
const workersMax = 3;

interface Waiting {
  call: number;
  within: number | null;
  operation: Operation;
  /** The worker that it was last sent to. */
  owner: string | null;
  /** How many it was sent to. */
  workers: number;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A transaction that a worker has open for this tab. */
export interface OpenCall {
  readonly call: number;
  readonly owner: string;
}

/** The way to the worker that has the file. */
interface Route {
  owner: string;
  post(call: Call): void;
}

export class Calls {
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #route: Route | null = null;

  constructor(readonly client: string) {}

  /** Calls that wait for their answer. */
  get count(): number {
    return this.#waiting.size;
  }

  /** The number of the last call. */
  get last(): number {
    return this.#last;
  }

  get isRouted(): boolean {
    return this.#route !== null;
  }

  get owner(): string | null {
    return this.#route?.owner ?? null;
  }

  ask(operation: Operation, within: OpenCall | null = null): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        ...{ call: ++this.#last, within: within?.call ?? null, operation, owner: null, workers: 0 },
        ...{ resolve, reject },
      };
      if (within !== null) waiting.owner = within.owner;
      this.#waiting.set(waiting.call, waiting);
      this.#send(waiting);
    });
  }

  async begin(migrates: boolean): Promise<OpenCall> {
    const call = this.#last + 1;
    await this.ask({ do: 'begin', migrates });
    return { call, owner: this.owner ?? '' };
  }

  /** From now on that worker is asked, first for all that waits. */
  route(route: Route): void {
    this.#route = route;
    for (const waiting of [...this.#waiting.values()]) this.#send(waiting);
  }

  /** There is no worker to be asked for now. */
  unroute(): void {
    this.#route = null;
  }

  #send(waiting: Waiting): void {
    if (this.#route === null) return;
    const { owner, post } = this.#route;
    const { call, within, operation } = waiting;
    if (waiting.owner !== null && waiting.owner !== owner) {
      const error = lostWith(waiting);
      if (error !== null) return this.#settle(call, ({ reject }) => reject(error));
    }
    waiting.owner = owner;
    waiting.workers += 1;
    const [first = call] = this.#waiting.keys();
    const { client } = this;
    post({ type: 'call', owner, client, call, answered: first - 1, within, operation });
  }

  /** Takes an answer of a worker. */
  answer(answer: Exclude<Answer, { type: 'welcome' }>): void {
    this.#settle(answer.call, ({ resolve, reject }) => {
      if (answer.type === 'done') resolve(answer.result);
      else reject(errorOf(answer.error));
    });
  }

  rejectAll(error: Error): void {
    for (const call of [...this.#waiting.keys()]) this.#settle(call, ({ reject }) => reject(error));
  }

  #settle(call: number, how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (waiting !== undefined) how(waiting);
  }
}

/** Why a call is not asked again of another worker; null: it is. */
function lostWith({ operation, within, workers }: Waiting): TidemarkError | null {
  if (workers >= workersMax)
    return new TidemarkError('timeout', `${workersMax} workers ended before it was done`);
  // Whether it was done, whoever syncs sees by starting anew.
  if (operation.do === 'store' && operation.method === 'commit')
    return new TidemarkError('closed', 'another tab has the database now');
  // Whether it was committed is noted.
  if (within === null || (operation.do === 'end' && operation.keep)) return null;
  return new TidemarkError('store_failed', 'the tab that had the database is gone: rolled back');
}
