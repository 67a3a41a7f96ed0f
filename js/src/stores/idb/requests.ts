// IndexedDB's requests and transactions as promises.

export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}

/** Resolves when it is stored, rejects with why it is not. */
export function endOf(trans: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    trans.addEventListener('complete', () => resolve());
    trans.addEventListener('abort', () =>
      reject(trans.error ?? new DOMException('the transaction was aborted', 'AbortError')),
    );
  });
}
