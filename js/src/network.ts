// The browser's events that make an exchange worth trying: online and offline, and a page that is
// looked at again.

export interface NetworkHandlers {
  onOnline(online: boolean): void;
  onVisible(): void;
}

/**
 * Reports the state at once, then every change. Returns the undo. Does nothing where there are no
 * such events.
 */
export function watchNetwork({ onOnline, onVisible }: NetworkHandlers): () => void {
  if (typeof globalThis.addEventListener !== 'function') return () => {};
  const report = () => onOnline(navigator.onLine !== false);
  const look = () => {
    if (globalThis.document?.visibilityState === 'visible') onVisible();
  };
  globalThis.addEventListener('online', report);
  globalThis.addEventListener('offline', report);
  globalThis.document?.addEventListener('visibilitychange', look);
  report();
  return () => {
    globalThis.removeEventListener('online', report);
    globalThis.removeEventListener('offline', report);
    globalThis.document?.removeEventListener('visibilitychange', look);
  };
}
