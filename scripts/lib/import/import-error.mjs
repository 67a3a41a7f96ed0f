// What is wrong with a file, and on which line: shown as `FILE:LINE: reason`.
export class ImportError extends Error {
  constructor(line, reason) {
    super(reason);
    this.name = 'ImportError';
    this.line = line;
  }
}

/** A name or a value as a message shows it: quoted, and not longer than a line. */
export function quote(value) {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
