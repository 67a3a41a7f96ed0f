// What a contract suite is: named tests that throw, for any runner; and the little that they check
// with.
import { canonicalText, encodeValue } from '../values.js';

export interface ContractTest {
  name: string;
  run(): Promise<void>;
}

export interface ContractReport {
  passed: number;
  failures: { name: string; message: string }[];
}

/** Runs the tests one after the other, for where there is no test runner. */
export async function runContract(tests: readonly ContractTest[]): Promise<ContractReport> {
  const report: ContractReport = { passed: 0, failures: [] };
  for (const { name, run } of tests) {
    try {
      await run();
      report.passed++;
    } catch (error) {
      const message = error instanceof Error ? `${error.stack ?? error.message}` : String(error);
      report.failures.push({ name, message });
    }
  }
  return report;
}

/**
 * Throws unless both are the same value, by the rules of values.ts: the order of an object's keys
 * is nothing.
 */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, e] = [textOf(actual), textOf(expected)];
  if (a !== e) throw new Error(`${what}: got ${a}, expected ${e}`);
}

function textOf(value: unknown): string {
  return canonicalText(encodeValue(value));
}

/** Throws unless `work` rejects with an error of `code`. */
export async function rejects(work: Promise<unknown>, code: string, what: string): Promise<void> {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (error === null) throw new Error(`${what}: did not reject`);
  equal((error as { code?: unknown }).code, code, what);
}
