// What the tests use of packages that bring no types.
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
