// Tidemark's own items beside the app's. One context at a time writes the state: the one that
// leads. The others write intents, each an item of its own that nobody else writes: tabs see each
// other's writes some milliseconds late, also under a Web Lock, so what two of them read, change
// and write loses writes.
import { TidemarkError } from '../../errors.js';
import type { StampText } from '../../wire.js';
import { ownPrefix } from './layout.js';

/** What of a Storage is used: also a stand-in's. */
export type Items = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Of an intent's number, so that the order of the keys is theirs. */
const intentDigits = 10;

export class OwnItems {
  readonly state: string;
  readonly term: string;
  readonly log: string;
  /** Holds the room that a commit will need, until it is needed. */
  readonly room: string;
  readonly #intents: string;
  #last = 0;

  constructor(
    readonly items: Items,
    name: string,
  ) {
    const own = `${ownPrefix}${encodeURIComponent(name)}`;
    this.state = own;
    this.term = `${own}:term`;
    this.log = `${own}:log`;
    this.room = `${own}:room`;
    this.#intents = `${own}:write:`;
  }

  /**
   * The key of a context's next intent, after the last that it has seen, whatever the clocks say.
   * No other context can draw its first stamp.
   */
  nextIntent(first: StampText, last: string | undefined): string {
    const number = last?.slice(this.#intents.length, this.#intents.length + intentDigits) ?? '0';
    this.#last = Math.max(this.#last, Number(number)) + 1;
    return `${this.#intents}${String(this.#last).padStart(intentDigits, '0')}:${first}`;
  }

  /** The keys of all intents, in their order. */
  intents(): string[] {
    return keysOf(this.items)
      .filter((key) => this.isIntent(key))
      .sort();
  }

  isIntent(key: string): boolean {
    return key.startsWith(this.#intents);
  }
}

export function keysOf(items: Items): string[] {
  const keys: string[] = [];
  for (let i = 0; i < items.length; i++) {
    const key = items.key(i);
    if (key !== null) keys.push(key);
  }
  return keys;
}

/** Sets or removes an item. Throws `storage_full`. */
export function put(items: Items, key: string, text: string | null): void {
  try {
    if (text === null) items.removeItem(key);
    else items.setItem(key, text);
  } catch (cause) {
    const { name, message } = cause as Error;
    const isFull = name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED';
    throw new TidemarkError(isFull ? 'storage_full' : 'store_failed', message, { cause });
  }
}

/** The JSON of one of these items. Throws `store_failed` where it was spoilt. */
export function parsed<T>(items: Items, key: string): T | null {
  const text = items.getItem(key);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TidemarkError('store_failed', `the item ${key} is not as it was written`, { cause });
  }
}
