// Tests in JavaScript of what the suite `native` has built.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: 'build/vitest-native',
  test: {
    include: ['tests/js/store-native.test.ts'],
    setupFiles: ['tests/js/support/setup.ts'],
    testTimeout: 60_000,
  },
});
