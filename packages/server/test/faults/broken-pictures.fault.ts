import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, postFile } from '../client.ts';
import { frames, photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { blackPng } from './bombs/png.ts';
import { SVG_BOMBS } from './bombs/svg.ts';
import { fault } from './support/fault.ts';
import { filesBelow } from './support/stored-files.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ RENDER_PROCESSES: '2' });
});
afterAll(() => server.stop());

const storedFiles = () => filesBelow(join(server.folder, 'uploads'));

async function codeOfPost(bytes: Uint8Array) {
  const response = await postFile(server.url, bytes);
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code };
}

const FORMATS: Readonly<Record<string, () => Promise<Buffer>>> = {
  JPEG: () => photo(400, 300).jpeg().toBuffer(),
  'progressive JPEG': () => photo(400, 300).jpeg({ progressive: true }).toBuffer(),
  PNG: () => photo(400, 300).png().toBuffer(),
  'interlaced PNG': () => photo(400, 300).png({ progressive: true }).toBuffer(),
  WebP: () => photo(400, 300).webp().toBuffer(),
  'lossless WebP': () => photo(400, 300).webp({ lossless: true }).toBuffer(),
  AVIF: () => photo(400, 300).avif().toBuffer(),
  GIF: () => photo(400, 300).gif().toBuffer(),
  'animated GIF': () =>
    frames(60, 40, [
      [200, 0, 0],
      [0, 200, 0],
      [0, 0, 200],
    ])
      .gif()
      .toBuffer(),
  TIFF: () => photo(400, 300).tiff({ compression: 'lzw' }).toBuffer(),
};

describe('truncated pictures', () => {
  for (const [name, make] of Object.entries(FORMATS)) {
    fault({ id: 'D11', injected: `${name} cut off at every twentieth of its length` }, async () => {
      const whole = await make();
      const before = await storedFiles();
      const answers = [];
      for (let part = 1; part < 20; part += 1) {
        answers.push(await codeOfPost(whole.subarray(0, Math.floor((whole.length * part) / 20))));
      }
      expect(new Set(answers.map(({ status, code }) => `${status} ${code}`))).toEqual(
        new Set(['422 broken_picture']),
      );
      expect(await storedFiles()).toEqual(before);
      return { times: answers.length, held: 'each a 422 `broken_picture`, and nothing is stored' };
    });
  }
});

const REFUSED_FORMATS: Readonly<Record<string, Buffer | string>> = {
  ...SVG_BOMBS,
  'a compressed SVG': Buffer.from('1f8b08000000000000ff', 'hex'),
  'a libvips .v': Buffer.concat([Buffer.from('08f2a6b6', 'hex'), Buffer.alloc(60)]),
  'a CSV': '1,2,3\n4,5,6\n',
  'a matrix': '2 2\n1 2\n3 4\n',
  'a PDF': '%PDF-1.7\n1 0 obj\n',
  'a PostScript file': '%!PS-Adobe-3.0\n',
  'a PPM': 'P6\n1 1\n255\nabc',
  'a BMP': Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)]),
  'an icon': Buffer.from('000001000100', 'hex'),
  'a HEIC': '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
  'a JPEG 2000': '\0\0\0\x0cjP  \r\n\x87\n',
  'a JPEG XL': Buffer.from('ff0a', 'hex'),
  'a video': '\0\0\0\x18ftypmp42\0\0\0\0mp42isom',
  'a MVG script': 'push graphic-context\nimage over 0,0 0,0 "https://example.com/x"\npop graphic-context',
  'a page of HTML': '<!doctype html><script>alert(1)</script>',
  nothing: '',
};

describe('files of formats that are not taken', () => {
  for (const [name, bytes] of Object.entries(REFUSED_FORMATS)) {
    fault({ id: 'D2', injected: name in SVG_BOMBS ? `an SVG: ${name}` : name }, async () => {
      const before = await storedFiles();
      const answer = await codeOfPost(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
      expect(answer.status).toBe(415);
      expect(await storedFiles()).toEqual(before);
      return { times: 1, held: `415 \`${answer.code}\`` };
    });
  }
});

describe('files that are something else as well', () => {
  fault(
    { id: 'C2', injected: 'a PNG that is a ZIP, a page and a PDF too (bytes after its end)' },
    async () => {
      const tail = Buffer.from('PK\x03\x04<script>alert(1)</script>%PDF-1.7', 'latin1');
      const response = await postFile(server.url, Buffer.concat([await blackPng(20, 20), tail]));
      const { hash } = (await response.json()) as { hash: string };
      const original = await get(`${server.url}/image/${hash}`);
      const variant = await get(`${server.url}/image/${hash}/resize/10x`);
      for (const { headers } of [original, variant]) {
        expect(headers.get('content-type')).toBe('image/png');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('content-security-policy')).toContain('sandbox');
      }
      expect(variant.bytes.toString('latin1')).not.toMatch(/PK|<script|%PDF/);
      expect((await sharp(variant.bytes).metadata()).width).toBe(10);
      return { times: 1, held: 'served as the PNG that it is, sandboxed; the variant has none of the rest' };
    },
  );
});
