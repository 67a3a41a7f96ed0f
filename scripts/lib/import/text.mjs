// Bytes to text: UTF-8, with or without its mark, and nothing else.
import { ImportError } from './import-error.mjs';

const newline = 0x0a;

/**
 * The text of `bytes` without a byte order mark. Throws an ImportError with the line of the first
 * byte that is not UTF-8.
 */
export function decodeText(bytes) {
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff))
    throw new ImportError(1, 'the file is UTF-16: save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ImportError(lineOfFault(bytes), 'not UTF-8');
  }
}

const startsWith = (bytes, ...mark) => mark.every((byte, i) => bytes[i] === byte);

// No byte of a longer character is a newline, so every line can be tried on its own.
function lineOfFault(bytes) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(newline, start);
    const stop = end === -1 ? bytes.length : end + 1;
    try {
      decoder.decode(bytes.subarray(start, stop));
    } catch {
      return line;
    }
    start = stop;
  }
  return 1;
}

/** The line and the column, both from 1 and columns in characters, of a place in `text`. */
export function placeOf(text, offset) {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return { line, column: [...text.slice(start, offset)].length + 1 };
}

/** Gives the line of each offset it is asked for; offsets must not go down. */
export function lineCounter(text) {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    for (; next !== -1 && next < offset; next = text.indexOf('\n', next + 1)) line++;
    return line;
  };
}
