// A number's text to a value that is what was written, if JavaScript has one.

// Any number of at most this many characters, exponents aside, is read back as it is written.
const safeLength = 15;

/**
 * The value of a JSON number. An integer that a double would change is a BigInt; one that is as
 * JavaScript itself would write that double is not changed by it. `change` says what became of a
 * number that JSON.parse changes: `bigint`, `rounded`; else null.
 */
export function readNumber(text) {
  const value = Number(text);
  const plain = !/[.eE]/.test(text);
  if (text.length <= safeLength && plain) return { value, change: null };
  if (plain) return readInteger(text, value);
  return { value, change: isAsWritten(text, value) ? null : 'rounded' };
}

function readInteger(text, value) {
  if (Number.isSafeInteger(value) || String(value) === text) return { value, change: null };
  const exact = BigInt(text);
  if (Number.isFinite(value) && BigInt(value) === exact) return { value, change: null };
  return { value: exact, change: 'bigint' };
}

// Whether the double, printed to as many digits as were written or to the fewest that name it, is
// what was written.
function isAsWritten(text, value) {
  if (!Number.isFinite(value)) return false;
  const written = digitsOf(text);
  if (written.digits === '') return true;
  const precision = Math.min(written.digits.length, 100);
  const printed = [value.toPrecision(precision), String(value)].map(digitsOf);
  return printed.some(
    ({ digits, exponent }) => digits === written.digits && exponent === written.exponent,
  );
}

// Significant digits without zeros at either end, and the power of ten of the last.
function digitsOf(text) {
  const [, whole, fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(
    text,
  );
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return { digits, exponent: Number(exponent) - fraction.length + (all.length - digits.length) };
}
