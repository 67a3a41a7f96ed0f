// Canonical texts, ids and their order against the vectors that the C++ is held to as well
// (tests/native/json/values.cpp).
import { describe, expect, test } from 'vitest';
import { canonicalText, checkValue, decodeKey, encodeKey } from '../../js/src/values.js';
import vectors from '../vectors/values.json' with { type: 'json' };
import { errorOf } from './support/errors.js';

describe('the vectors of values', () => {
  test('have the canonical text of each value', () => {
    for (const { json, text } of vectors.canonical) {
      expect(canonicalText(JSON.parse(json)), json).toBe(text);
      expect(() => checkValue(JSON.parse(json)), json).not.toThrow();
    }
  });

  test('have what is no value', () => {
    for (const json of vectors.unsupported)
      expect(errorOf(() => checkValue(JSON.parse(json))).code, json).toBe('bad_reply');
  });

  test('have what is no JSON', () => {
    for (const json of vectors.malformed) expect(() => JSON.parse(json), json).toThrow();
  });

  test('have the order that decides ties', () => {
    expect([...vectors.ascending].sort()).toEqual(vectors.ascending);
    expect(new Set(vectors.ascending).size).toBe(vectors.ascending.length);
  });

  test('have ids, and texts that are none', () => {
    for (const id of vectors.ids) expect(encodeKey(decodeKey(id)), id).toBe(id);
    for (const id of vectors.notIds)
      expect(errorOf(() => decodeKey(id)).code, id).toBe('bad_reply');
  });
});
