import { ServiceError } from '../errors.ts';

/** The system's name of a failure (`ENOENT`); undefined for errors of another kind. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Is there nothing to read? A symlink counts as nothing (`ELOOP`, under O_NOFOLLOW), and so does a file for a folder. */
export function isAbsence(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP';
}

/** Passes over an absence; every other failure goes on. */
export function throwUnlessAbsent(error: unknown): void {
  if (!isAbsence(error)) throw error;
}

/** The failure of a store in the domain's words: `disk_full` or `storage_failed`, the cause kept. */
export function storageError(error: unknown, action = 'use the storage'): ServiceError {
  if (error instanceof ServiceError) return error;
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new ServiceError('disk_full', `Cannot ${action}: no space is left`, { cause: error });
  }
  return new ServiceError('storage_failed', `Cannot ${action}${errno === undefined ? '' : ` (${errno})`}`, {
    cause: error,
  });
}
