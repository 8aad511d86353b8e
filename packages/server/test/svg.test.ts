import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile, upload } from './client.ts';
import { pixelOf, plain } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const NAMESPACES =
  'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude"';

function svg(body: string, size = 'width="60" height="40"', before = ''): Buffer {
  return Buffer.from(`${before}<svg ${NAMESPACES} ${size}>${body}</svg>`);
}

const HALVES = '<rect width="30" height="40" fill="red"/><rect x="30" width="30" height="40" fill="blue"/>';

describe('SVG as it is by default', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('is refused', async () => {
    const answer = await postFile(server.url, svg(HALVES));
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({
      code: 'unsupported_format',
      message: 'this is SVG, which is not taken',
    });
  });
});

describe('SVG=on', () => {
  let server: ServerProcess;
  let canary: Server;
  let canaryUrl = '';
  const asked: unknown[] = [];
  beforeAll(async () => {
    server = await startServer({ SVG: 'on', RENDER_DEADLINE_MS: '1500', RENDER_PROCESSES: '1' });
    await writeFile(join(server.folder, 'red.png'), await plain(9, 9, [255, 0, 0]).png().toBuffer());
    canary = createServer((request, response) => {
      asked.push(request.url);
      response.end();
    });
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    canary.close();
    await server.stop();
  });

  it('draws it as PNG, with its transparency', async () => {
    const { url, ...facts } = await upload(server.url, svg('<rect width="30" height="40" fill="red"/>'));
    expect(facts).toMatchObject({ format: 'svg', width: 60, height: 40 });
    const answer = await get(`${server.url}${url}/flip/h`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(await pixelOf(answer.bytes, 10, 20)).toEqual([0, 0, 0, 0]);
    expect(await pixelOf(answer.bytes, 50, 20)).toEqual([255, 0, 0, 255]);
  });

  it.each(['resize/600x', 'cover/600x400', 'resize/600x400!'])(
    'draws it as large as %s wants it',
    async (recipe) => {
      const { url } = await upload(server.url, svg(HALVES));
      const { bytes } = await get(`${server.url}${url}/${recipe}/format/png`);
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 600, height: 400 });
      expect(await pixelOf(bytes, 299, 200)).toEqual([255, 0, 0, 255]);
      expect(await pixelOf(bytes, 300, 200)).toEqual([0, 0, 255, 255]);
    },
  );

  it('gives the original back, in which nothing may run', async () => {
    const bytes = svg(`<script>fetch("${canaryUrl}/script")</script>${HALVES}`);
    const { url } = await upload(server.url, bytes);
    const answer = await get(server.url + url);
    expect(answer.bytes.equals(bytes)).toBe(true);
    expect(answer.headers.get('content-type')).toBe('image/svg+xml');
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
  });

  it.each([
    ['an address', () => `<image width="60" height="40" href="${canaryUrl}/image.png"/>`],
    ['a file', () => `<image width="60" height="40" href="file://${server.folder}/red.png"/>`],
    ['a path', () => `<image width="60" height="40" xlink:href="${server.folder}/red.png"/>`],
    ['another drawing', () => `<use href="${canaryUrl}/other.svg#a"/>`],
    ['a style sheet', () => `<style>@import url("${canaryUrl}/style.css");</style>`],
    ['XInclude', () => `<text y="20"><xi:include parse="text" href="file:///etc/passwd"/></text>`],
  ])('reads nothing outside the file: %s', async (_, body) => {
    const { url } = await upload(server.url, svg(body()));
    const { bytes } = await get(`${server.url}${url}/resize/30x/format/png`);
    expect((await sharp(bytes).stats()).channels.map(({ max }) => max)).toEqual([0, 0, 0, 0]);
    expect(asked).toEqual([]);
  });

  it.each([
    [
      'an entity of a file',
      svg('<text>&x;</text>', '', '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    ],
    ['entities that multiply', svg('<text>&h;</text>', '', `<!DOCTYPE svg [${laughs()}]>`)],
    ['what is cut off', svg(HALVES).subarray(0, 150)],
    ['no size', svg('', 'width="0" height="0"')],
  ])('refuses %s', async (_, bytes) => {
    const answer = await postFile(server.url, bytes);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'broken_picture' });
  });

  it('bounds its size, and how long drawing takes', async () => {
    const giant = await postFile(server.url, svg('', 'width="30000" height="10"'));
    expect(giant.status).toBe(413);
    const filter = '<filter id="f"><feTurbulence numOctaves="9"/><feMorphology radius="90"/></filter>';
    const slow = svg(
      `${filter}<rect width="6000" height="6000" filter="url(#f)"/>`,
      'width="6000" height="6000"',
    );
    const answer = await postFile(server.url, slow);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'render_deadline' });
  });
});

/** A thousand million letters out of a few hundred. */
function laughs(): string {
  const names = 'abcdefghi';
  const entity = (name: string, content: string) => `<!ENTITY ${name} "${content}">`;
  return [...names]
    .map((name, index) => entity(name, index === 0 ? 'ha'.repeat(5) : `&${names[index - 1]};`.repeat(10)))
    .join('');
}
