// The sync badge: what `sync.status` says, in words that are true.

const changes = (count) => `${count} ${count === 1 ? 'change' : 'changes'}`;

const sentences = (...texts) =>
  texts
    .filter(Boolean)
    .map((text) => text[0].toUpperCase() + text.slice(1).replace(/\.?$/, '.'))
    .join(' ');

/** `text` for the badge, `reason` for the line below it, `tone` for its colour. */
export function describe({ phase, pending, lastSyncedAt, error }) {
  const waiting = `${changes(pending)} waiting`;
  const why = error ? sentences(error.message, error.hint) : '';
  switch (phase) {
    case 'syncing':
      return { text: 'Syncing…', reason: '', tone: 'busy' };
    case 'waiting':
      return {
        text: pending === 0 ? 'Sync is waiting' : waiting,
        reason: `${why || 'The server did not answer.'} The next try comes by itself.`,
        tone: 'waiting',
      };
    case 'offline':
      return {
        text: pending === 0 ? 'Offline' : `Offline · ${waiting}`,
        reason: 'Everything works and is kept on this device. It syncs when the network is back.',
        tone: 'waiting',
      };
    case 'needs-auth':
      return {
        text: `Signed out: ${pending === 0 ? 'changes' : changes(pending)} ${pending === 1 ? 'is' : 'are'} kept`,
        reason: '',
        tone: 'waiting',
      };
    case 'paused':
      return { text: pending === 0 ? 'Paused' : `Paused · ${waiting}`, reason: '', tone: 'off' };
    case 'following':
      return {
        text: pending === 0 ? 'Another tab syncs this list' : waiting,
        reason: pending === 0 ? '' : 'Another tab of this browser sends them.',
        tone: 'busy',
      };
    case 'closed':
      return {
        text: pending === 0 ? 'Sync is off' : `Sync is off · ${waiting}`,
        reason: '',
        tone: 'off',
      };
    default: // idle
      if (pending > 0) return { text: waiting, reason: why, tone: 'waiting' };
      if (lastSyncedAt === null) return { text: 'Not synced yet', reason: why, tone: 'off' };
      return { text: `All changes saved · ${timeOf(lastSyncedAt)}`, reason: '', tone: 'saved' };
  }
}

function timeOf(time) {
  const date = new Date(time);
  const day =
    date.toDateString() === new Date().toDateString() ? {} : { day: 'numeric', month: 'short' };
  return date.toLocaleString(undefined, { ...day, hour: '2-digit', minute: '2-digit' });
}

export class Badge {
  #root;
  #sync = null;
  #find = (selector) => this.#root.querySelector(selector);

  /** `start()` tries to connect again, `signIn(token)` keeps a token for the next request. */
  constructor(root, { start, signIn }) {
    this.#root = root;
    this.#find('[data-action=flush]').addEventListener('click', () => {
      if (this.#sync) this.#flush();
      else start();
    });
    this.#find('[data-action=toggle]').addEventListener('click', () => {
      if (this.#sync.status.value.phase === 'paused') this.#sync.resume();
      else this.#sync.pause();
    });
    this.#find('.sign-in').addEventListener('submit', (event) => {
      event.preventDefault();
      signIn(event.target.elements.token.value.trim());
      event.target.reset();
      this.#flush();
    });
  }

  starting() {
    this.#show({ text: 'Starting sync…', reason: '', tone: 'busy' });
  }

  failed(error) {
    this.#show({
      text: 'Sync did not start',
      reason: sentences('The list works and is kept on this device', error.message, error.hint),
      tone: 'problem',
    });
    this.#button('flush', 'Try again');
  }

  follow(sync) {
    this.#sync = sync;
    this.#button('flush', 'Sync now');
    sync.status.subscribe((status) => {
      this.#show(describe(status));
      this.#button('toggle', status.phase === 'paused' ? 'Resume' : 'Pause');
      this.#find('.sign-in').hidden = status.phase !== 'needs-auth';
      if (status.phase === 'idle') this.#showRefused();
    });
  }

  async #flush() {
    try {
      await this.#sync.flush();
    } catch (error) {
      const said = describe(this.#sync.status.value).reason;
      this.#text('.sync-reason', said || sentences(error.message, error.hint));
    }
  }

  // What the server refused for good waits for nothing, and yet it is not saved there.
  async #showRefused() {
    const refused = await this.#sync.deadLetters();
    if (refused.length === 0 || this.#sync.status.value.phase !== 'idle') return;
    this.#show({
      text: `${changes(refused.length)} refused by the server`,
      reason: sentences(refused[0].message),
      tone: 'problem',
    });
  }

  #show({ text, reason, tone }) {
    this.#root.dataset.tone = tone;
    this.#text('.sync-text', text);
    this.#text('.sync-reason', reason);
  }

  // Written only when it differs: a screen reader reads every write.
  #text(selector, text) {
    const element = this.#find(selector);
    if (element.textContent !== text) element.textContent = text;
    element.hidden = text === '';
  }

  #button(action, label) {
    const button = this.#find(`[data-action=${action}]`);
    button.textContent = label;
    button.hidden = false;
  }
}
