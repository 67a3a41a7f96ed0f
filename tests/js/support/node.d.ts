// What the tests use of Node, so that they are checked without its whole types.
declare module 'node:http' {
  export interface IncomingMessage extends AsyncIterable<Uint8Array> {
    method: string;
    url: string;
    headers: Record<string, string | undefined>;
    on(event: 'close', listener: () => void): this;
  }
  export interface ServerResponse {
    writeHead(status: number, headers?: Record<string, string>): this;
    write(body: string | Uint8Array): boolean;
    end(body?: string | Uint8Array): void;
    flushHeaders(): void;
    destroy(): void;
    on(event: 'close', listener: () => void): this;
  }
  export interface Server {
    listen(port: number, host: string, done: () => void): void;
    address(): { port: number };
    close(done?: () => void): void;
    closeAllConnections(): void;
  }
  export function createServer(
    listener?: (request: IncomingMessage, response: ServerResponse) => void,
  ): Server;
}
declare module 'node:zlib' {
  export function gunzipSync(bytes: Uint8Array): Uint8Array;
  export function gzipSync(bytes: Uint8Array | string): Uint8Array;
}
declare module 'node:v8' {
  export function setFlagsFromString(flags: string): void;
}
declare module 'node:vm' {
  export function runInNewContext(code: string): unknown;
}
declare module 'ws' {
  export interface ServerSocket {
    protocol: string;
    send(data: string): void;
    close(code?: number): void;
    terminate(): void;
    on(event: 'message', listener: (data: Uint8Array) => void): void;
    on(event: 'close', listener: () => void): void;
  }
  export class WebSocketServer {
    constructor(options: {
      server: import('node:http').Server;
      handleProtocols?: (offered: Set<string>) => string | false;
    });
    on(
      event: 'connection',
      listener: (socket: ServerSocket, request: import('node:http').IncomingMessage) => void,
    ): void;
    close(): void;
  }
}
declare module 'undici' {
  export const WebSocket: typeof globalThis.WebSocket;
}
