// The body of a request: JSON in UTF-8, perhaps gzipped, never more than the limit, whatever the
// headers say of its size.
import { TidemarkError } from '../errors.js';
import { bodyBytesMax } from './limits.js';

/** The body's bytes, decompressed; throws `too_large` or `bad_request`. */
export async function readBody(request: Request): Promise<Uint8Array> {
  const type = request.headers.get('Content-Type') ?? '';
  // A page of another origin can send any other type with the user's cookies, and is not asked
  // whether it may.
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new TidemarkError('bad_request', 'the Content-Type is not application/json');
  if (Number(request.headers.get('Content-Length') ?? 0) > bodyBytesMax) throw tooLarge();
  const encoding = request.headers.get('Content-Encoding') ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity')
    throw new TidemarkError('bad_request', 'the Content-Encoding is neither gzip nor identity');
  if (request.body === null) throw new TidemarkError('bad_request', 'the body is empty');
  const bytes = await readLimited(request.body);
  return encoding === 'gzip' ? readLimited(inflated(bytes)) : bytes;
}

export function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new TidemarkError('bad_request', 'the body is not JSON in UTF-8');
  }
}

function inflated(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const { readable, writable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  // Whoever reads is told of the same faults.
  for (const done of [writer.write(bytes), writer.close(), writer.closed]) done.catch(() => {});
  return readable;
}

async function readLimited(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  reader.closed.catch(() => {});
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new TidemarkError('bad_request', 'the body ended early, or is not gzip');
    });
    if (done) return joined(chunks, size);
    size += value.length;
    if (size > bodyBytesMax) {
      // Not awaited: the sender may never stop.
      reader.cancel().catch(() => {});
      throw tooLarge();
    }
    chunks.push(value);
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge(): TidemarkError {
  return new TidemarkError('too_large', `the body is over ${bodyBytesMax} bytes`);
}
