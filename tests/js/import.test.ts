// The parsers behind `npm start -- --import`: what a file becomes, and what is said of one that is
// broken.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, toText } from '../../scripts/lib/canonical.mjs';
import { JsonReader } from '../../scripts/lib/import/json-reader.mjs';
import { readImport } from '../../scripts/lib/import/read-import.mjs';

const bytes = (content: string | Uint8Array) =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content;
const read = (file: string, content: string | Uint8Array, key?: string) =>
  readImport(bytes(content), { file, key: key ?? null });
const readJson = (text: string) => new JsonReader(text).value();

function faultOf(file: string, content: string | Uint8Array, key?: string): string {
  try {
    read(file, content, key);
  } catch (error) {
    const { line, message } = error as Error & { line: number };
    return `${line}: ${message}`;
  }
  return 'no fault';
}

describe('JSON', () => {
  test('reads what JSON.parse reads, __proto__ and lone surrogates included', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(canonicalText(readJson(text))).toBe(canonicalText(JSON.parse(text)));
      }),
    );
    for (const text of [
      '{"__proto__":{"a":1},"constructor":2}',
      '"\\ud800\\u0000\\n"',
      '"𐀀é"',
      '-0',
    ])
      expect(canonicalText(readJson(text))).toBe(canonicalText(JSON.parse(text)));
    expect(Object.keys(readJson('{"__proto__":1}') as object)).toEqual(['__proto__']);
  });

  test('refuses what JSON.parse refuses', () => {
    const broken = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 }));
    fc.assert(
      fc.property(broken, ([text, at, junk]) => {
        const place = at % (text.length + 1);
        const changed = text.slice(0, place) + junk + text.slice(place + 1);
        const reader = new JsonReader(changed);
        const whole = () => {
          const value = reader.value();
          reader.expectEnd();
          return value;
        };
        let expected: unknown;
        try {
          expected = JSON.parse(changed);
        } catch {
          expect(whole).toThrow();
          return;
        }
        try {
          expect(canonicalText(whole())).toBe(canonicalText(expected));
        } catch (error) {
          expect((error as Error).message).toContain('twice');
        }
      }),
    );
  });

  test('an array is a table named like the file, an object has a table per name', () => {
    expect(read('data/to dos.json', '[{"id":1},\n\n{"id":"1"}]').tables).toEqual([
      {
        name: 'to dos',
        rows: [{ id: 1 }, { id: '1' }],
        lines: [1, 3],
        keyFields: ['id'],
        keys: [1, '1'],
      },
    ]);
    const { tables } = read('x.json', '{"a":[{"x":1}],"__proto__":[{"id":[1,"b"]}],"c":[]}');
    expect(tables.map(({ name, keyFields, keys }) => ({ name, keyFields, keys }))).toEqual([
      { name: 'a', keyFields: null, keys: undefined },
      { name: '__proto__', keyFields: ['id'], keys: [[1, 'b']] },
      { name: 'c', keyFields: null, keys: undefined },
    ]);
  });

  test('faults have a line and a column', () => {
    expect(faultOf('x.json', '[\n  {"a": 1},\n  {"é": tru}\n]')).toBe(
      '3: column 9: expected a value, found "t"',
    );
    expect(faultOf('x.json', '[{"a":1}\n {}]')).toBe('2: column 2: expected "," or "]", found "{"');
    expect(faultOf('x.json', '[{"a":1}]\n]')).toBe('2: column 1: expected nothing more, found "]"');
    expect(faultOf('x.json', '[{"a":1},]')).toBe('1: column 10: expected a value, found "]"');
    expect(faultOf('x.json', '[{"a":"\\x"}]')).toBe('1: column 8: not an escape that JSON has');
    expect(faultOf('x.json', '[{"a":"b\n"}]')).toContain('1: column 9: a control character');
    expect(faultOf('x.json', '[{"a":01}]')).toContain('1: column 8: expected');
    expect(faultOf('x.json', '[{"a":1')).toBe('1: column 8: expected "," or "}", found the end');
    expect(faultOf('x.json', '[{"a":1,"a":2}]')).toBe(
      '1: column 9: the name "a" is in this object twice',
    );
    expect(faultOf('x.json', '\n[{},\n 7]')).toBe('3: row 2 is a number, not an object');
    expect(faultOf('x.json', '[null]')).toBe('1: row 1 is null, not an object');
    expect(faultOf('x.json', '{"a":[],\n"b":{}}')).toBe('2: table "b" is not an array of objects');
    expect(faultOf('x.json', '7')).toContain('1: column 1: expected an array of objects');
    expect(faultOf('x.json', '')).toBe('1: the file is empty');
    expect(faultOf('x.json', ' [ ] ')).toBe('1: the file has no rows');
    expect(faultOf('x.json', `[{"a":${'['.repeat(80)}${']'.repeat(80)}}]`)).toContain(
      'nested over 64',
    );
  });
});

describe('numbers', () => {
  const notesOf = (text: string) =>
    read('x.json', `[{"n":${text}}]`).notes.map((note) => note.text);
  const numberOf = (text: string) =>
    Object.values(read('x.json', `[{"n":${text}}]`).tables[0]?.rows[0] ?? {})[0];

  test('doubles are themselves', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        for (const text of [JSON.stringify(number), number.toPrecision(17)]) {
          const integer = /^-?\d+$/.test(text) && !Number.isSafeInteger(number);
          if (!integer) expect(numberOf(text)).toBe(JSON.parse(text));
          expect(notesOf(text).filter((note) => note.includes('nearest'))).toEqual([]);
        }
      }),
    );
  });

  test('a double as JavaScript prints it is one, also where seventeen digits end otherwise', () => {
    expect(numberOf('-1501659251078625.2')).toBe(-1501659251078625.2);
    expect(notesOf('-1501659251078625.2')).toEqual([]);
  });

  test('an integer that no double holds is a BigInt, and any other rounding is said', () => {
    expect(numberOf('12345678901234567890')).toBe(12345678901234567890n);
    expect(numberOf('12345678901234567')).toBe(12345678901234567n);
    expect(numberOf('71519904994005290')).toBe(71519904994005290);
    expect(numberOf('1'.repeat(400))).toBe(BigInt('1'.repeat(400)));
    expect(notesOf('12345678901234567')[0]).toContain('BigInt');
    expect(numberOf('100000000000000000000')).toBe(1e20);
    expect(notesOf('100000000000000000000')).toEqual([]);
    expect(notesOf('0.1000000000000000055511151231257827')).toEqual([]);
    expect(notesOf('0.12345678901234567890123')[0]).toContain('nearest');
    expect(notesOf('12345678901234567.0')[0]).toContain('nearest');
    expect(numberOf('1e400')).toBe(Number.POSITIVE_INFINITY);
    expect(notesOf('1e400')).toHaveLength(1);
    expect(notesOf('1.50')).toEqual([]);
    expect(notesOf('0.000e5')).toEqual([]);
    expect(Object.is(numberOf('-0'), -0)).toBe(true);
  });

  test('survive as text', () => {
    const values = [
      0,
      -0,
      1e21,
      5e-324,
      1.7976931348623157e308,
      9007199254740993n,
      Number.POSITIVE_INFINITY,
    ];
    for (const value of values) expect(readJson(toText([value]))).toStrictEqual([value]);
    expect(canonicalText(2 ** 60)).not.toBe(canonicalText(2n ** 60n));
  });
});

describe('NDJSON', () => {
  test('a row per line, blank lines and CRLF are nothing', () => {
    const { tables } = read('x.ndjson', '\ufeff{"id":1}\r\n\r\n{"id":2}');
    expect(tables[0]).toMatchObject({ rows: [{ id: 1 }, { id: 2 }], lines: [1, 3], keys: [1, 2] });
  });

  test('faults', () => {
    expect(faultOf('x.jsonl', '{"id":1}\n{"id":2} {}')).toBe(
      '2: column 10: expected nothing more, found "{"',
    );
    expect(faultOf('x.jsonl', '{"id":1}\n{"id":')).toBe(
      '2: column 7: expected a value, found the end',
    );
    expect(faultOf('x.jsonl', '{}\n[]')).toBe('2: row 2 is an array, not an object');
    expect(faultOf('x.jsonl', '\n \n')).toBe('1: the file is empty');
  });
});

describe('CSV', () => {
  test('values are the text they are', () => {
    const { tables } = read('x.csv', '\ufeffid,__proto__,\r\n007," a ""b""\r\nc",\r\n8,,x\r\n\r\n');
    const rows = tables[0]?.rows.map((row: object) => Object.entries(row));
    expect(rows).toEqual([
      [
        ['id', '007'],
        ['__proto__', ' a "b"\r\nc'],
        ['', ''],
      ],
      [
        ['id', '8'],
        ['__proto__', ''],
        ['', 'x'],
      ],
    ]);
    expect(tables[0]?.lines).toEqual([2, 4]);
    expect(tables[0]?.keys).toEqual(['007', '8']);
  });

  test('faults', () => {
    expect(faultOf('x.csv', 'a,b\n"1\n2",3\n4\n')).toBe('4: 1 value, the header has 2');
    expect(faultOf('x.csv', 'a,b\n1,"2\n3,4')).toBe('2: a quoted value without an end');
    expect(faultOf('x.csv', 'a,b\n1,"2"3\n')).toBe('2: text after the closing quote of a value');
    expect(faultOf('x.csv', 'a,a\n1,2\n')).toBe('1: the header has "a" twice');
    expect(faultOf('x.csv', 'a,b\n')).toBe('1: the file has no rows');
    expect(faultOf('x.csv', 'id\n1\n2\n1\n')).toBe(
      '4: key "1" is in table "x" twice, first on line 2',
    );
  });
});

describe('keys', () => {
  test('fields of the key, compound ones too, as a CSV line', () => {
    const text = '[{"a":"x","b,c":1},{"a":"x","b,c":2}]';
    expect(read('x.json', text, 'a,"b,c"').tables[0]).toMatchObject({
      keyFields: ['a', 'b,c'],
      keys: [
        ['x', 1],
        ['x', 2],
      ],
    });
    expect(faultOf('x.json', text, 'a')).toBe('1: key "x" is in table "x" twice, first on line 1');
    expect(faultOf('x.json', text, 'z')).toBe('1: no row has the key field "z"');
  });

  test('a table without the asked fields goes by id', () => {
    const { tables } = read('x.json', '{"a":[{"k":1}],"b":[{"id":2}],"c":[{"z":0}]}', 'k');
    expect(tables.map((table) => table.keys)).toEqual([[1], [2], undefined]);
  });

  test('faults', () => {
    const withId = (id: string) => faultOf('x.json', `[{"id":0},\n{"id":${id}}]`);
    expect(faultOf('x.json', '[{"id":1},\n{}]')).toBe('2: no key field "id"');
    expect(withId('null')).toBe('2: key field "id" is null');
    expect(withId('1.5')).toBe('2: key field "id" is 1.5, not an integer');
    expect(withId('-0')).toBe('2: key field "id" is -0, not an integer');
    expect(withId('true')).toBe('2: key field "id" is a boolean');
    expect(withId('{}')).toBe('2: key field "id" is an object');
    expect(withId('[]')).toBe('2: key field "id" is an empty array');
    expect(withId('["a",[1,false]]')).toBe('2: key field "id" is a boolean');
    expect(withId('12345678901234567891')).toContain('is 12345678901234567891: over 2^53');
    expect(withId(`"${'é'.repeat(600)}"`)).toContain('is over 1024 bytes');
    expect(faultOf('x.csv', 'id,a\n,1\n')).toBe('2: key field "id" is empty');
  });
});

describe('the file', () => {
  test('the format of an unknown extension is guessed', () => {
    expect(read('data', '[{"a":1}]').tables[0]?.rows).toEqual([{ a: 1 }]);
    expect(read('data.txt', '{"a":1}\n{"a":2}').tables[0]?.rows).toHaveLength(2);
    expect(read('data.txt', '{"a":[\n{"b":2}]}').tables[0]?.name).toBe('a');
    expect(read('data.txt', 'a\n1').tables[0]?.rows).toEqual([{ a: '1' }]);
  });

  test('is UTF-8', () => {
    expect(faultOf('x.json', Uint8Array.of(0x5b, 0x0a, 0x22, 0xff))).toBe('2: not UTF-8');
    expect(faultOf('x.json', Uint8Array.of(0xff, 0xfe, 0x5b, 0x00))).toContain(
      '1: the file is UTF-16',
    );
  });

  test('has names and rows that fit the protocol', () => {
    expect(faultOf('x.json', `[{"a":1},\n{"${'n'.repeat(300)}":1}]`)).toContain(
      '2: field name "nnn',
    );
    expect(faultOf('x.json', `[{"a":1},\n{"a":"${'x'.repeat(2e6)}"}]`)).toContain('2: a row over');
  });
});
