// tidy: long, because one harness of tabs serves what leads, what follows and what starts anew.
// Leadership: one context of many, its successor, and the questions of those that follow.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TidemarkError } from '../../js/src/errors.js';
import { type Command, Leadership, type LeadershipHandlers } from '../../js/src/leadership.js';
import { noStatus } from '../../js/src/status.js';
import type { Status } from '../../js/src/types.js';
import { rejectionOf } from './support/errors.js';
import { FakeLocks } from './support/fake-locks.js';

const idle: Status = { ...noStatus, phase: 'idle', lastSyncedAt: 1 };

/** One tab: whether it leads, what it was told, and what it was asked to do. */
class Tab {
  leads = false;
  lost = 0;
  failures: unknown[] = [];
  statuses: Status[] = [];
  clocks: unknown[] = [];
  commands: Command[] = [];
  answer: () => Promise<void> = async () => {};
  onLead: () => Promise<void> = async () => {};
  readonly leadership: Leadership;

  constructor(name: string, before: Partial<Tab> = {}, takeoverMs?: number) {
    Object.assign(this, before);
    const handlers: LeadershipHandlers = {
      onLead: async () => {
        await this.onLead();
        this.leads = true;
      },
      onLeadFailed: (error) => this.failures.push(error),
      onLost: async () => {
        this.leads = false;
        this.lost += 1;
      },
      onStatus: (status) => this.statuses.push(status),
      onCommand: (command) => {
        if (!this.leads) return null;
        this.commands.push(command);
        return this.answer();
      },
      onClock: (news) => this.clocks.push(news),
    };
    this.leadership = new Leadership(name, handlers, takeoverMs);
    tabs.push(this);
  }

  close(): void {
    this.leads = false;
    this.leadership.close();
  }
}

let tabs: Tab[] = [];
let locks: FakeLocks;
let name: string;
const until = (check: () => void) => vi.waitFor(check, { interval: 2, timeout: 20_000 });
const soon = () => new Promise((resolve) => setTimeout(resolve, 30));

beforeEach(() => {
  tabs = [];
  locks = new FakeLocks();
  name = crypto.randomUUID();
  vi.stubGlobal('navigator', { locks });
});
afterEach(() => {
  for (const tab of tabs) tab.leadership.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function three(): Promise<[Tab, Tab, Tab]> {
  const [a, b, c] = [new Tab(name), new Tab(name), new Tab(name)];
  await until(() => expect(a.leads).toBe(true));
  return [a, b, c];
}

describe('of the contexts of one database', () => {
  test('one leads', async () => {
    await three();
    await soon();
    expect(tabs.map(({ leads }) => leads)).toEqual([true, false, false]);
  });

  test('the next leads when the first closes', async () => {
    const [a, b, c] = await three();
    a.close();
    await until(() => expect(b.leads).toBe(true));
    expect(c.leads).toBe(false);
  });

  test('the next leads when the first dies', async () => {
    const [, b, c] = await three();
    locks.kill(`tidemark:${name}`);
    await until(() => expect(b.leads).toBe(true));
    expect(c.leads).toBe(false);
  });

  test('one that closes while it waits never leads', async () => {
    const [a, b, c] = await three();
    b.close();
    a.close();
    await until(() => expect(c.leads).toBe(true));
    expect(b.leads).toBe(false);
  });

  test('those of another database are not concerned', async () => {
    const [a, b] = [new Tab(name), new Tab(`${name}-2`)];
    await until(() => expect([a.leads, b.leads]).toEqual([true, true]));
    a.leadership.tellStatus(idle);
    await soon();
    expect(b.statuses).toEqual([]);
  });

  test('each leads for itself where the host has no locks', async () => {
    vi.stubGlobal('navigator', undefined);
    const tab = new Tab(name);
    await until(() => expect(tab.leads).toBe(true));
  });

  test('one works without a channel', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    const tab = new Tab(name);
    await tab.leadership.ask('flush');
    expect(tab.commands).toEqual(['flush']);
  });
});

/** Its channel is open, and nothing runs in it: messages wait. */
class FrozenChannel extends BroadcastChannel {
  static frozen: FrozenChannel | null = null;
  static waiting: MessageEvent[] = [];
  override set onmessage(listener: ((event: MessageEvent) => void) | null) {
    super.onmessage = (event: MessageEvent) => {
      if (FrozenChannel.frozen === this) FrozenChannel.waiting.push(event);
      else listener?.(event);
    };
  }
}

describe('one that leads and is silent', () => {
  const takeoverMs = 200;
  const channels: FrozenChannel[] = [];
  beforeEach(() => {
    channels.length = 0;
    FrozenChannel.waiting = [];
    FrozenChannel.frozen = null;
    const open = (channel: string) => channels[channels.push(new FrozenChannel(channel)) - 1];
    vi.stubGlobal('BroadcastChannel', function BroadcastChannel(channel: string) {
      return open(channel);
    });
  });

  async function frozen(count: number): Promise<Tab[]> {
    const all = Array.from({ length: count }, () => new Tab(name, {}, takeoverMs));
    await until(() => expect(all[0]?.leads).toBe(true));
    FrozenChannel.frozen = channels[0] as FrozenChannel;
    return all;
  }

  test('loses the lead to another, and follows it', async () => {
    const [a, b] = (await frozen(2)) as [Tab, Tab];
    await until(() => expect([b.leads, a.leads, a.lost]).toEqual([true, false, 1]));
    FrozenChannel.frozen = null;
    b.leadership.tellStatus(idle);
    await until(() => expect(a.statuses.length).toBeGreaterThan(0));
    await a.leadership.ask('flush');
    expect([a.commands, b.commands]).toEqual([[], ['flush']]);
  });

  test('leads again when the one that took it closes', async () => {
    const [a, b] = (await frozen(2)) as [Tab, Tab];
    await until(() => expect(b.leads).toBe(true));
    FrozenChannel.frozen = null;
    b.close();
    await until(() => expect(a.leads).toBe(true));
  });

  test('has a successor and no more, however many follow', async () => {
    const all = await frozen(6);
    await until(() => expect(all[0]?.leads).toBe(false));
    await until(() => expect(all.filter(({ leads }) => leads).length).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 5 * takeoverMs));
    expect(all.filter(({ leads }) => leads).length).toBe(1);
  });

  test('keeps the lead as long as it answers', async () => {
    const [a, b] = [new Tab(name, {}, takeoverMs), new Tab(name, {}, takeoverMs)];
    await until(() => expect(a.leads).toBe(true));
    await new Promise((resolve) => setTimeout(resolve, 5 * takeoverMs));
    expect([a.leads, a.lost, b.leads]).toEqual([true, 0, false]);
  });

  test('is answered for by the next what it was asked', async () => {
    const [a, , c] = (await frozen(3)) as [Tab, Tab, Tab];
    await c.leadership.ask('flush');
    expect(a.commands).toEqual([]);
  });
});

describe('the lead that cannot be taken', () => {
  test('is tried again, and said', async () => {
    vi.useFakeTimers();
    let failures = 3;
    const onLead = async () => {
      if (failures-- > 0) throw new Error('blocked');
    };
    const tab = new Tab(name, { onLead });
    await vi.advanceTimersByTimeAsync(500 + 1_000 + 1_999);
    expect([tab.leads, tab.failures.length]).toEqual([false, 3]);
    await vi.advanceTimersByTimeAsync(1);
    expect(tab.leads).toBe(true);
  });

  test('is not tried after the end', async () => {
    vi.useFakeTimers();
    const onLead = vi.fn(() => Promise.reject(new Error('blocked')));
    const tab = new Tab(name, { onLead });
    await vi.advanceTimersByTimeAsync(0);
    tab.close();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(onLead).toHaveBeenCalledTimes(1);
  });
});

describe('those that follow', () => {
  test('hear the status, also those that come late', async () => {
    const [a, b] = await three();
    a.leadership.tellStatus(idle);
    await until(() => expect(b.statuses).toEqual([idle]));
    const late = new Tab(name);
    await until(() => expect(late.statuses).toEqual([idle]));
    expect(a.statuses).toEqual([]);
  });

  test('hear of the clock', async () => {
    const [a, b, c] = await three();
    const news = { offsetMs: -7, ground: null, restart: true };
    a.leadership.tellClock(news);
    await until(() => expect([b.clocks, c.clocks]).toEqual([[news], [news]]));
  });

  test('are answered by the one that leads', async () => {
    const [a, b, c] = await three();
    await b.leadership.ask('flush');
    await c.leadership.ask('pause');
    expect([a.commands, b.commands, c.commands]).toEqual([['flush', 'pause'], [], []]);
  });

  test('are told why not, with the code', async () => {
    const [a, b] = await three();
    a.answer = () => Promise.reject(new TidemarkError('offline'));
    const error = await rejectionOf(b.leadership.ask('flush'));
    expect([error.code, error.retryable]).toEqual(['offline', true]);
    expect(error.message).toBe(new TidemarkError('offline').message);
  });

  test('wait until the answer is there', async () => {
    const [a, b] = await three();
    let finish = () => {};
    a.answer = () => new Promise((resolve) => (finish = resolve));
    let done = false;
    const asked = b.leadership.ask('flush').then(() => (done = true));
    await until(() => expect(a.commands).toEqual(['flush']));
    await soon();
    expect(done).toBe(false);
    finish();
    await asked;
  });

  test('answer their own question when they lead', async () => {
    const [a, b] = await three();
    a.answer = () => new Promise(() => {});
    const asked = b.leadership.ask('flush');
    await until(() => expect(a.commands).toEqual(['flush']));
    locks.kill(`tidemark:${name}`);
    await asked;
    expect(b.commands).toEqual(['flush']);
  });

  test('are answered by the next to lead, whoever it is', async () => {
    const [a, b, c] = await three();
    a.answer = () => new Promise(() => {});
    const asked = c.leadership.ask('flush');
    await until(() => expect(a.commands).toEqual(['flush']));
    a.leads = false;
    locks.kill(`tidemark:${name}`);
    await asked;
    expect([b.commands, c.commands]).toEqual([['flush'], []]);
  });

  test('that ask while nobody leads yet are answered by who does', async () => {
    let ready = () => {};
    const onLead = () => new Promise<void>((resolve) => (ready = resolve));
    const a = new Tab(name, { onLead });
    const b = new Tab(name);
    const asked = b.leadership.ask('flush');
    await soon();
    ready();
    await asked;
    expect(a.commands).toEqual(['flush']);
  });

  test('are not refused because the one that led was closed', async () => {
    const [a, b] = await three();
    let refuse = (_: Error) => {};
    a.answer = () => new Promise((_, reject) => (refuse = reject));
    const asked = b.leadership.ask('flush');
    await until(() => expect(a.commands).toEqual(['flush']));
    refuse(new TidemarkError('closed'));
    await soon();
    a.close();
    await asked;
    expect(b.commands).toEqual(['flush']);
  });

  test('hear nothing from one that was closed, and it does not fail', async () => {
    const [a, b] = await three();
    a.close();
    a.leadership.tellStatus(idle);
    a.leadership.tellClock({ offsetMs: 1, ground: null, restart: false });
    await soon();
    expect([b.statuses, b.clocks]).toEqual([[], []]);
  });

  test('that close are told so', async () => {
    const [a, b] = await three();
    a.answer = () => new Promise(() => {});
    const asked = rejectionOf(b.leadership.ask('flush'));
    b.close();
    expect((await asked).code).toBe('closed');
  });
});

describe('one that leads and starts anew', () => {
  /** Tab `a` leads and stops for a while; `b` follows. */
  async function stopped(): Promise<[Tab, Tab]> {
    const [a, b] = await three();
    a.leads = false;
    return [a, b];
  }

  test('answers what was asked meanwhile, by itself and by others', async () => {
    const [a, b] = await stopped();
    const asked = Promise.all([a.leadership.ask('flush'), b.leadership.ask('verify')]);
    await soon();
    expect(a.commands).toEqual([]);
    await a.leadership.leadAgain();
    await asked;
    expect(a.commands.toSorted()).toEqual(['flush', 'verify']);
    expect(b.leads).toBe(false);
  });

  test('answers what it left unanswered when it stopped', async () => {
    const [a, b] = await three();
    let end = (_: Error) => {};
    a.answer = () => new Promise((_, reject) => (end = reject));
    const asked = b.leadership.ask('flush');
    await until(() => expect(a.commands).toEqual(['flush']));
    a.leads = false;
    a.answer = async () => {};
    end(new TidemarkError('closed'));
    await soon();
    await a.leadership.leadAgain();
    await asked;
    expect(a.commands).toEqual(['flush', 'flush']);
  });

  test('tries again if it cannot, and answers then', async () => {
    const [a] = await stopped();
    vi.useFakeTimers();
    let failures = 2;
    a.onLead = async () => {
      if (failures-- > 0) throw new Error('blocked');
    };
    const asked = a.leadership.ask('flush');
    const led = a.leadership.leadAgain();
    await vi.advanceTimersByTimeAsync(500 + 999);
    expect([a.leads, a.failures.length]).toEqual([false, 2]);
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all([asked, led]);
    expect(a.commands).toEqual(['flush']);
  });

  test('says nothing of a failure after the end', async () => {
    const [a] = await stopped();
    let fail = (_: Error) => {};
    a.onLead = () => new Promise((_, reject) => (fail = reject));
    const led = a.leadership.leadAgain();
    a.close();
    fail(new Error('the database is closed'));
    await led;
    expect([a.leads, a.failures]).toEqual([false, []]);
  });
});
