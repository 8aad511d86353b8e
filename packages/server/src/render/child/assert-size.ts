import type { Size } from '@images-server/recipe';
import { ServiceError } from '../../errors.ts';

/** Throws `internal` where what came out is not what was planned: a promise to the client, and a bug of ours. */
export function assertSize(actual: Size, planned: Size): void {
  if (isSameSize(actual, planned)) return;
  throw new ServiceError(
    'internal',
    `${actual.width}x${actual.height} pixels came out where ${planned.width}x${planned.height} were planned`,
  );
}

/** True where both sides are equal. */
export function isSameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}
