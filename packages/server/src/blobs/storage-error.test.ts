import { describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import { storageError } from './storage-error.ts';

describe('storageError', () => {
  it.each([
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['EIO', 'storage_failed'],
    ['EMFILE', 'storage_failed'],
  ])('takes %s for %s and keeps the cause', (code, expected) => {
    const cause = Object.assign(new Error(code), { code });
    expect(storageError(cause, 'store ab/cd')).toMatchObject({ code: expected, cause });
  });

  it('passes on what is a ServiceError already', () => {
    const error = new ServiceError('disk_full', 'full');
    expect(storageError(error)).toBe(error);
  });
});
