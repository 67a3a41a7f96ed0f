// The live connection: a WebSocket that only hints. It reopens itself with jitter, finds a
// half-open socket by unanswered pings, and never waits for one to close.
import type { LiveHandlers } from './transport.js';

const pingMs = 25_000;
const pongMsMax = 10_000;
const reopenMsBase = 500;
const reopenMsMax = 30_000;
/** A connection that lasted this long was one: the next one is tried at once. */
const stableMsMin = 5_000;

/**
 * Opens, and opens again, until the returned function is called. `token` is asked before each
 * attempt.
 */
export function openLive(
  url: URL,
  token: () => Promise<string | null>,
  handlers: LiveHandlers,
): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let stopped = false;

  const drop = () => {
    clearTimeout(timer);
    if (socket === null) return;
    const dead = socket;
    socket = null;
    dead.onopen = dead.onmessage = dead.onclose = dead.onerror = null;
    dead.close(); // a dead peer never answers this: whatever follows must not depend on it
    handlers.onConnected(false);
  };

  const reopen = () => {
    drop();
    if (stopped) return;
    const ceiling = Math.min(reopenMsMax, reopenMsBase * 2 ** attempt++);
    timer = setTimeout(open, Math.random() * ceiling);
  };

  const expectPong = () => {
    socket?.send('ping');
    timer = setTimeout(reopen, pongMsMax);
  };

  const schedulePing = () => {
    clearTimeout(timer);
    timer = setTimeout(expectPong, pingMs);
  };

  async function open(): Promise<void> {
    const bearer = await token().catch(() => null);
    if (stopped) return;
    try {
      socket = new WebSocket(url, protocols(bearer));
    } catch {
      return reopen(); // forbidden by the page's policy, for example: polling goes on
    }
    timer = setTimeout(reopen, pongMsMax);
    const openedAt = Date.now();
    socket.onopen = () => {
      schedulePing();
      handlers.onConnected(true);
    };
    socket.onmessage = ({ data }) => {
      schedulePing();
      const cursor = cursorOf(data);
      if (cursor !== null) handlers.onPoke(cursor);
    };
    socket.onclose = socket.onerror = () => {
      if (Date.now() - openedAt >= stableMsMin) attempt = 0;
      reopen();
    };
  }

  void open();
  return () => {
    stopped = true;
    drop();
  };
}

// A browser cannot set headers on a WebSocket; a subprotocol is the one thing it can.
function protocols(bearer: string | null): string[] {
  if (bearer === null) return ['tidemark.1'];
  const utf8 = String.fromCharCode(...new TextEncoder().encode(bearer));
  const base64url = btoa(utf8).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return ['tidemark.1', `bearer.${base64url}`];
}

function cursorOf(data: unknown): string | null {
  if (typeof data !== 'string' || !data.startsWith('{')) return null;
  try {
    const { cursor } = JSON.parse(data) as { cursor?: unknown };
    return typeof cursor === 'string' ? cursor : null;
  } catch {
    return null;
  }
}
