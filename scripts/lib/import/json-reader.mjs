// A strict JSON reader that knows where it is: faults have a line and a column, a name twice in one
// object is a fault, and numbers keep what they say (json-number.mjs). `__proto__` is a name like
// any other. Runs in Node and in the check's page.
import { ImportError, quote } from './import-error.mjs';
import { readNumber } from './json-number.mjs';
import { placeOf } from './text.mjs';

/** Levels of arrays and objects in a row, the row included, at most: the sync protocol's limit. */
export const depthMax = 64;

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literals = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const quoteMark = 0x22;
const backslash = 0x5c;

export class JsonReader {
  /**
   * `onChange(change, text, offset)` is told of numbers that are not read as JSON.parse would read
   * them exactly.
   */
  constructor(text, { start = 0, end = text.length, onChange = () => {} } = {}) {
    this.text = text;
    this.at = start;
    this.end = end;
    this.onChange = onChange;
  }

  /** The next character that is not white space, or '' at the end. */
  peek() {
    for (; this.at < this.end; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09)
        return this.text[this.at];
    }
    return '';
  }

  fail(reason, at = this.at) {
    const { line, column } = placeOf(this.text, at);
    throw new ImportError(line, `column ${column}: ${reason}`);
  }

  /** Fails at the next character, which is not what was expected. */
  unexpected(expected) {
    const next = this.peek();
    this.fail(`expected ${expected}, found ${next === '' ? 'the end' : quote(this.character())}`);
  }

  character() {
    return String.fromCodePoint(this.text.codePointAt(this.at));
  }

  expectEnd() {
    if (this.peek() !== '') this.unexpected('nothing more');
  }

  value(depth = 0) {
    const next = this.peek();
    if (next === '"') return this.string();
    if (next === '{') return this.object(depth);
    if (next === '[') return this.array(depth);
    if (next === '-' || (next >= '0' && next <= '9')) return this.number();
    for (const [word, value] of literals)
      if (this.text.startsWith(word, this.at) && this.at + word.length <= this.end) {
        this.at += word.length;
        return value;
      }
    return this.unexpected('a value');
  }

  object(depth = 0) {
    const object = {};
    this.members((name) => setOwn(object, name, this.value(depth + 1)), depth);
    return object;
  }

  array(depth = 0) {
    const array = [];
    this.items(() => array.push(this.value(depth + 1)), depth);
    return array;
  }

  /** Reads an object, calling back for each member when its value is next. */
  members(onMember, depth = 0) {
    const names = new Set();
    this.list('{', '}', depth, () => {
      if (this.peek() !== '"') this.unexpected('a name in double quotes');
      const at = this.at;
      const name = this.string();
      if (names.has(name)) this.fail(`the name ${quote(name)} is in this object twice`, at);
      names.add(name);
      if (this.peek() !== ':') this.unexpected('":"');
      this.at++;
      onMember(name, at);
    });
  }

  /** Reads an array, calling back for each item when it is next. */
  items(onItem, depth = 0) {
    this.list('[', ']', depth, () => {
      this.peek();
      onItem(this.at);
    });
  }

  list(open, close, depth, onEntry) {
    if (this.peek() !== open) this.unexpected(`"${open}"`);
    if (depth >= depthMax) this.fail(`nested over ${depthMax} levels`);
    this.at++;
    if (this.peek() === close) {
      this.at++;
      return;
    }
    for (;;) {
      onEntry();
      const next = this.peek();
      if (next !== ',' && next !== close) this.unexpected(`"," or "${close}"`);
      this.at++;
      if (next === close) return;
    }
  }

  number() {
    numberPattern.lastIndex = this.at;
    const text = numberPattern.exec(this.text)?.[0];
    if (text === undefined) return this.fail('not a number');
    const { value, change } = readNumber(text);
    if (change !== null) this.onChange(change, text, this.at);
    this.at += text.length;
    return value;
  }

  string() {
    const start = this.at;
    let escaped = false;
    for (this.at++; this.at < this.end; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === quoteMark) {
        this.at++;
        if (!escaped) return this.text.slice(start + 1, this.at - 1);
        return JSON.parse(this.text.slice(start, this.at));
      }
      if (code < 0x20) this.fail('a control character in a string, not escaped');
      if (code === backslash) {
        escaped = true;
        this.at += this.escapeLength();
      }
    }
    return this.fail('a string without an end', start);
  }

  // What to step over besides the backslash itself.
  escapeLength() {
    const next = this.text[this.at + 1];
    if (next === 'u' && /^[0-9a-fA-F]{4}$/.test(this.text.slice(this.at + 2, this.at + 6)))
      return 5;
    if (next !== undefined && '"\\/bfnrt'.includes(next)) return 1;
    return this.fail('not an escape that JSON has');
  }
}

/** Adds an own property, even where its name is `__proto__`. */
export function setOwn(target, name, value) {
  if (name !== '__proto__') target[name] = value;
  else
    Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
}
