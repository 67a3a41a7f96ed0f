// Intents: what a context wants written, as it leaves them for the one that leads.
import type { StampText } from '../../wire.js';
import type { Asked } from '../contents-writer.js';
import { type OwnItems, parsed } from './own-items.js';

/** A write of an item. It holds the text, so that nothing is lost where tabs write at once. */
export interface ItemWrite {
  key: string;
  /** Null: removed. */
  text: string | null;
  /** The fields that it wrote; null: all of them. */
  fields: string[] | null;
  stamp: StampText;
  create?: true;
}

export interface Intent {
  /** Written together. */
  writes: ItemWrite[];
  /** What the port was asked, with the stamps for it. */
  asked?: Asked;
  stamps?: StampText[];
}

/** Reads the intents there are. Their texts never change, so each is parsed once. */
export class Intents {
  #known = new Map<string, Intent>();

  constructor(readonly own: OwnItems) {}

  /** By the keys of their items, in their order. */
  read(): Map<string, Intent> {
    const found = new Map<string, Intent>();
    for (const name of this.own.intents()) {
      const intent = this.#known.get(name) ?? parsed<Intent>(this.own.items, name);
      if (intent !== null) found.set(name, intent);
    }
    this.#known = found;
    return new Map(found);
  }
}
