import type { Operation } from './operation.ts';
import * as table from './table.ts';

/** The name of an operation. */
export type OperationName = keyof typeof table;

/** Every operation, by name. */
export const OPERATIONS: readonly Operation[] = Object.values(table);

/** The operation of that name, as it stands in the URL. */
export function findOperation(name: string): Operation | undefined {
  return OPERATIONS_BY_NAME.get(name);
}

const OPERATIONS_BY_NAME = new Map(OPERATIONS.map((operation) => [operation.name, operation]));
