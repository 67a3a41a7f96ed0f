// What makes the context that leads look at the items again: what other tabs write, a page that is
// left or looked at, and time, as nobody tells of what other code of this page writes.

export interface WatchHandlers {
  /** Another tab set or removed the item; null: all of them. */
  onItem(key: string | null): void;
  onLook(): void;
}

/** Returns the undo. */
export function watchItems(
  items: unknown,
  everyMs: number,
  { onItem, onLook }: WatchHandlers,
): () => void {
  const timer = setInterval(onLook, everyMs);
  // In Node it would keep the process alive.
  (timer as { unref?: () => void }).unref?.();
  const end = new AbortController();
  const { signal } = end;
  const { addEventListener, document } = globalThis;
  if (typeof addEventListener === 'function') {
    const heard = ({ storageArea, isTrusted, key }: StorageEvent) => {
      // What this context dispatches itself is nothing new.
      if (isTrusted && storageArea === items) onItem(key);
    };
    addEventListener('storage', heard, { signal });
    for (const name of ['focus', 'pagehide']) addEventListener(name, onLook, { signal });
    document?.addEventListener('visibilitychange', onLook, { signal });
  }
  return () => {
    clearInterval(timer);
    end.abort();
  };
}

/** Tells the page's code of a change as the browser tells other tabs of it. */
export function tellPage(
  items: unknown,
  { key, oldText, text }: { key: string; oldText: string | null; text: string | null },
): void {
  if (typeof StorageEvent !== 'function' || !(items instanceof Storage)) return;
  const { href } = globalThis.location;
  const change = { key, oldValue: oldText, newValue: text, storageArea: items, url: href };
  globalThis.dispatchEvent(new StorageEvent('storage', change));
}
