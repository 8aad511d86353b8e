import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSplicer } from './splicer.ts';

describe('createSplicer', () => {
  it('gives back the very buffer where nothing is replaced', () => {
    const bytes = Buffer.from('abc');
    expect(createSplicer(bytes).finish()).toBe(bytes);
  });

  it('law: pieces replaced one after the other are the text with them replaced', () => {
    const piece = fc.record({ kept: fc.string(), gone: fc.string(), put: fc.string({ maxLength: 200 }) });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), fc.string(), (pieces, end) => {
        const bytes = Buffer.from(pieces.map(({ kept, gone }) => kept + gone).join('') + end);
        const splicer = createSplicer(bytes);
        let at = 0;
        for (const { kept, gone, put } of pieces) {
          at += Buffer.byteLength(kept);
          splicer.replace(at, at + Buffer.byteLength(gone), Buffer.from(put));
          at += Buffer.byteLength(gone);
        }
        const expected = pieces.map(({ kept, put }) => kept + put).join('') + end;
        expect(splicer.finish().equals(Buffer.from(expected))).toBe(true);
      }),
    );
  });
});
