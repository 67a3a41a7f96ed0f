// The golden vectors that the C++ suite reads as well.
import { readFile } from 'node:fs/promises';
import type { Columns, Side } from '../../../js/src/columns.js';
import type { StampText } from '../../../js/src/wire.js';

export interface StateVector {
  base?: number;
  alive?: number;
  deleted?: number;
  fields?: Record<string, number>;
}

export interface MergeVector {
  name: string;
  local: StateVector | null;
  remote: StateVector | null;
  joined: { base: Side | null; register: Side; fields: Record<string, Side> };
}

export interface StampVectors {
  valid: { text: string }[];
  invalid: string[];
  ascending: string[];
  after: { first: string; n: number; stamp: string }[];
}

async function read<T>(name: string): Promise<T> {
  const url = new URL(`../../vectors/${name}.json`, import.meta.url);
  return JSON.parse(new TextDecoder().decode(await readFile(url))) as T;
}

export const mergeVectors = async () => (await read<{ cases: MergeVector[] }>('merge')).cases;
export const stampVectors = () => read<StampVectors>('stamp');

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** The stamp that a vector's number stands for: tenths are the time, the last digit is the node. */
export function stampOf(n: number): StampText {
  return `${hex(Math.floor(n / 10), 12)}-0000-${hex(n % 10, 16)}`;
}

export function columnsOf(state: StateVector): Columns {
  const fields = Object.entries(state.fields ?? {}).map(([name, n]) => [name, stampOf(n)] as const);
  return {
    base: state.base === undefined ? null : stampOf(state.base),
    fields: new Map(fields),
    register: stampOf((state.deleted ?? state.alive) as number),
    deleted: state.deleted !== undefined,
  };
}
