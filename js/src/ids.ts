// Keys for new records, and the label of a device: random, short, and never derived from the user
// or the machine.

const digits = '0123456789abcdefghijklmnopqrstuvwxyz';
/**
 * The largest multiple of 36 in a byte's range: bytes from there on are drawn again, so that every
 * digit is as likely.
 */
const fairBytes = 252;

/**
 * A device's label: 8 characters of chance. Kept with the local database; nothing depends on its
 * being unique.
 */
export function newDeviceId(): string {
  return randomText(8);
}

/**
 * A new record's key: `{deviceId}-{timestamp}-{random}`, with about 51 bits of chance beside the
 * millisecond.
 */
export function newId(deviceId: string, now: number = Date.now()): string {
  return `${deviceId}-${Math.max(0, Math.floor(now)).toString(36)}-${randomText(10)}`;
}

function randomText(length: number): string {
  let text = '';
  while (text.length < length)
    for (const byte of crypto.getRandomValues(new Uint8Array(length)))
      if (byte < fairBytes && text.length < length) text += digits[byte % 36];
  return text;
}
