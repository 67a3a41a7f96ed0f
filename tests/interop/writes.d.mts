/** A write of writes.mjs. */
export interface Write {
  kind: 'put' | 'update' | 'delete';
  table: 'records' | 'pairs';
  key: Record<string, unknown>;
  row: Record<string, unknown>;
}
export const sqlSchema: string[];
export function nextWrite(name: string, count: number, wide: boolean): Write;
export function statementOf(write: Write): { sql: string; parameters: unknown[] };
