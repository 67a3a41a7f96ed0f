// After every test: the prototypes that hostile names aim at are as they were. (That no promise was
// left to reject unseen, vitest sees to itself.)
import { afterEach, expect } from 'vitest';

const owners = [Object.prototype, Array.prototype, Function.prototype, Map.prototype];
const before = owners.map((owner) => Reflect.ownKeys(owner));

afterEach(() => {
  expect(owners.map((owner) => Reflect.ownKeys(owner))).toEqual(before);
  expect(({} as Record<string, unknown>).polluted).toBe(undefined);
});
