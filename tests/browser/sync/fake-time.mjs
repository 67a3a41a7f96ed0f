// A page's clock that can be set wrong, and timers that can run fast. Runs in the page, before its
// own script.

/**
 * `shiftMs`: how far the clock is off. `speed`: by what timers of a second and more are shortened.
 */
export function installTime({ shiftMs = 0, speed = 1 }) {
  const RealDate = Date;
  const realSetTimeout = setTimeout;
  const time = { shiftMs, speed };
  window.time = time;
  window.Date = class extends RealDate {
    constructor(...parts) {
      if (parts.length === 0) super(RealDate.now() + time.shiftMs);
      else super(...parts);
    }
    static now() {
      return RealDate.now() + time.shiftMs;
    }
  };
  window.setTimeout = (callback, ms = 0, ...rest) =>
    realSetTimeout(callback, ms >= 1_000 ? ms / time.speed : ms, ...rest);
}
