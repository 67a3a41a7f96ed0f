// What a call throws or rejects with, checked to be the package's own error.
import { expect } from 'vitest';
import { TidemarkError } from '../../../js/src/errors.js';

export function errorOf(call: () => unknown): TidemarkError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(TidemarkError);
    return error as TidemarkError;
  }
  throw new Error('nothing was thrown');
}

export async function rejectionOf(promise: Promise<unknown>): Promise<TidemarkError> {
  const error = await promise.then(
    () => new Error('nothing was rejected'),
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(TidemarkError);
  return error as TidemarkError;
}
