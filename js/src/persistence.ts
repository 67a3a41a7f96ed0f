// Persistence: whether the browser may remove this origin's storage, when space is short or nobody
// has come for long.

/** Asks the browser to keep it, if `ask`. Null: the host does not say. */
export async function persistence(ask: boolean): Promise<boolean | null> {
  try {
    const { storage } = globalThis.navigator;
    const kept = await storage.persisted();
    // Of a page alone: a worker cannot ask.
    return kept || !ask || !storage.persist ? kept : await storage.persist();
  } catch {
    return null;
  }
}
