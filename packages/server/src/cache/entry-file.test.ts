import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { checkEntryFile, decodeEntry, encodeEntry } from './entry-file.ts';

const KEY = 'ab/cdef/name';
const place = mkdtempSync(join(tmpdir(), 'entry-file-'));
afterAll(() => rmSync(place, { recursive: true }));

/** The file's bytes, at some offset of a larger file, as a store may materialize them. */
function localBlob(bytes: Buffer) {
  const path = join(place, 'local');
  writeFileSync(path, Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]));
  return { path, offset: 6, length: bytes.byteLength, release: async () => undefined };
}

const metas = fc.dictionary(
  fc.string().filter((name) => name !== '__proto__'),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
);

describe('encodeEntry and decodeEntry', () => {
  it('law: decoding undoes encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), metas, (body, meta) => {
        const entry = { bytes: Buffer.from(body), meta: { ...meta } };
        expect(decodeEntry(KEY, encodeEntry(KEY, entry))).toEqual({ kind: 'whole', entry });
      }),
    );
  });

  it('law: a changed byte, anywhere, is damage', async () => {
    const file = encodeEntry(KEY, { bytes: randomBytes(200), meta: { format: 'webp', width: 10 } });
    for (let at = 0; at < file.byteLength; at += 1) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(decodeEntry(KEY, changed).kind).toBe('damaged');
      expect((await checkEntryFile(KEY, localBlob(changed))).kind).toBe('damaged');
    }
  });

  it('law: a file that is shorter or longer is damage', async () => {
    const file = encodeEntry(KEY, { bytes: randomBytes(50), meta: {} });
    const others: Buffer[] = [Buffer.concat([file, Buffer.from('x')])];
    for (let length = 0; length < file.byteLength; length += 1) others.push(file.subarray(0, length));
    for (const other of others) {
      expect(decodeEntry(KEY, other).kind).toBe('damaged');
      expect((await checkEntryFile(KEY, localBlob(other))).kind).toBe('damaged');
    }
  });

  it('is damage in the place of another entry', () => {
    const file = encodeEntry(KEY, { bytes: randomBytes(50), meta: {} });
    expect(decodeEntry('ab/cdef/other', file)).toEqual({ kind: 'damaged', reason: 'checksum' });
  });

  it('does not share the caller’s bytes', () => {
    const bytes = Buffer.from('body');
    const file = encodeEntry(KEY, { bytes, meta: {} });
    bytes.fill(0);
    expect(decodeEntry(KEY, file)).toMatchObject({ entry: { bytes: Buffer.from('body') } });
  });
});

describe('checkEntryFile', () => {
  it('finds the body of an entry that is larger than what it reads at once', async () => {
    const bytes = randomBytes(700_000);
    const file = encodeEntry(KEY, { bytes, meta: { format: 'avif' } });
    const checked = await checkEntryFile(KEY, localBlob(file));
    expect(checked).toEqual({
      kind: 'whole',
      offset: 6 + file.byteLength - bytes.byteLength,
      length: bytes.byteLength,
    });
  });
});
