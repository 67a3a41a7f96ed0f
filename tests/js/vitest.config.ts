import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: 'build/vitest',
  test: {
    include: ['tests/js/**/*.test.ts'],
    setupFiles: ['tests/js/support/setup.ts'],
    testTimeout: 60_000,
  },
});
