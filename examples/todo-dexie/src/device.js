// Which device this window plays.
// Two windows of one browser share their storage, so here each claims a database of its own to be
// a second device; a real app would simply use one database, and its tabs would share it.

const slots = Array.from({ length: 20 }, (_, i) => String(i + 1));

/** The name in `?device=name`, or the first slot that no other window holds. */
export async function claimDevice() {
  const chosen = new URLSearchParams(location.search).get('device');
  if (chosen) return chosen;
  if (!navigator.locks) return slots[0];

  // A reload gets its slot back. The old page may still be letting go of it: hence the short wait.
  const last = sessionStorage.getItem('device');
  if (last && (await hold(last, { signal: AbortSignal.timeout(500) }))) return last;

  for (const slot of slots) {
    if (await hold(slot, { ifAvailable: true })) {
      sessionStorage.setItem('device', slot);
      return slot;
    }
  }
  throw new Error('All devices of this demo are taken: close a window.');
}

/** Takes the slot's lock until the window closes; false if another window has it. */
function hold(slot, options) {
  return new Promise((resolve) => {
    navigator.locks
      .request(`todo-device-${slot}`, options, (lock) => {
        resolve(lock !== null);
        return lock && new Promise(() => {});
      })
      .catch(() => resolve(false));
  });
}
