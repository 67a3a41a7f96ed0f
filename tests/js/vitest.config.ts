import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: 'build/vitest',
  test: {
    include: ['tests/js/**/*.test.ts'],
    // Of a suite of its own, that runs once the native programs are built.
    exclude: [...configDefaults.exclude, 'tests/js/store-native.test.ts'],
    setupFiles: ['tests/js/support/setup.ts'],
    testTimeout: 60_000,
  },
});
