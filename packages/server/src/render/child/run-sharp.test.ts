import { describe, expect, it } from 'vitest';
import { failure } from './run-sharp.ts';

describe('failure', () => {
  it.each([
    'vips_tracked: out of memory -- size == 183MB',
    'Input buffer has corrupt header: vips_tracked: out of memory -- size == 244MB',
    'VipsJpeg: Insufficient memory (case 4)',
    'source: bad seek to 1470\nheif: Invalid input: Unspecified: Memory allocation error (2.0)',
    'source: bad seek to 1470\nheif: Memory allocation error: Unspecified: Allocating 60000015 bytes failed (6.0)',
    'glib: Error creating thread: Resource temporarily unavailable',
    'std::bad_alloc',
  ])('takes "%s" for a lack of memory, not for damage', (words) => {
    expect(failure(new Error(words))).toMatchObject({ code: 'too_many_pixels' });
  });

  it.each([
    ['VipsJpeg: premature end of JPEG image', 'premature end of JPEG image'],
    ['Input buffer has corrupt header: png: chunk out of order', 'chunk out of order'],
    ['source: bad seek to 1470\nsource: bad seek to 9\nheif: No item', 'No item'],
  ])('says of "%s" what is wrong', (words, reason) => {
    expect(failure(new Error(words))).toMatchObject({
      code: 'broken_picture',
      message: `the picture is truncated or corrupt: ${reason}`,
    });
  });
});
