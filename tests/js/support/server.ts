// An HTTP server on this machine whose answers a test writes, and what it was asked.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

export interface TestServer {
  url: string;
  asked: Asked[];
}

/** Serves until the test has finished. */
export async function serve(answer: Answer): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const { pathname, searchParams } = new URL(url, 'http://x');
      const each = { method, path: pathname, query: searchParams, headers, body };
      asked.push(each);
      answer(each, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, asked };
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function read(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

export const sendJson =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

export const jsonOf = ({ body }: Asked): unknown => JSON.parse(new TextDecoder().decode(body));
