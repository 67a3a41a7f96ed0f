// The handshake of the live call: subprotocols, the only words that a browser can put into it.
import { TidemarkError } from '../errors.js';
import { protocolVersion } from '../wire.js';

const spoken = `tidemark.${protocolVersion}`;
const bearerPrefix = 'bearer.';

function offered(headers: Headers): string[] {
  const list = headers.get('Sec-WebSocket-Protocol') ?? '';
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The subprotocol to choose; null: none was offered. */
export function liveProtocol(headers: Headers): string | null {
  if (headers.get('Upgrade')?.toLowerCase() !== 'websocket')
    throw new TidemarkError('bad_request', 'live is a WebSocket');
  const names = offered(headers);
  if (names.length === 0) return null;
  if (!names.includes(spoken)) throw new TidemarkError('protocol_unsupported');
  return spoken;
}

/**
 * `headers` with the bearer token of the subprotocols as an Authorization, so that it is to be
 * looked for in one place.
 */
export function withBearer(headers: Headers): Headers {
  const copy = new Headers(headers);
  const name = offered(headers).find((each) => each.startsWith(bearerPrefix));
  if (name === undefined || copy.has('Authorization')) return copy;
  try {
    copy.set('Authorization', `Bearer ${fromBase64Url(name.slice(bearerPrefix.length))}`);
  } catch {
    // No token that any header could carry: the same as none.
  }
  return copy;
}

function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
