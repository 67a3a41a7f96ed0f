// A WebSocket that does what a test says, and never anything of its own.
export class FakeSocket {
  static all: FakeSocket[] = [];
  static refuses = false;
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1) as FakeSocket;
  }

  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  sent: string[] = [];
  closed = false;

  constructor(
    readonly url: URL,
    readonly protocols: string[],
  ) {
    if (FakeSocket.refuses) throw new Error('forbidden by policy');
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  /** As with a dead peer: no event follows. */
  close(): void {
    this.closed = true;
  }
}
