// After every test: the prototypes that hostile names aim at are as they were, and no promise was left to reject unseen.
import { afterEach, expect } from 'vitest';

const owners = [Object.prototype, Array.prototype, Function.prototype, Map.prototype];
const before = owners.map((owner) => Reflect.ownKeys(owner));

afterEach(() => {
  expect(owners.map((owner) => Reflect.ownKeys(owner))).toEqual(before);
  expect(({} as Record<string, unknown>).polluted).toBe(undefined);
});
