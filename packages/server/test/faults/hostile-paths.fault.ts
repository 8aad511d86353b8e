import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, upload } from '../client.ts';
import { plain } from '../pictures.ts';
import { rawRequest } from '../raw-http.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { fault } from './support/fault.ts';
import { filesBelow } from './support/stored-files.ts';

let server: ServerProcess;
let port: number;
let hash: string;

beforeAll(async () => {
  server = await startServer();
  port = Number(new URL(server.url).port);
  hash = (await upload(server.url, await plain(20, 20, [200, 40, 40]).png().toBuffer())).hash;
});
afterAll(() => server.stop());

/** What might lead elsewhere, or match more than one, where a hash belongs. */
const NAMES = [
  '..',
  '.',
  '%2e%2e',
  '..%2f..%2fetc%2fpasswd',
  '../../etc/passwd',
  '....//....//etc/passwd',
  '*',
  '?',
  '%00',
  '%2500',
  'a%5cb',
  'a\\b',
  '%c0%ae',
  '%c0%ae%c0%ae%c0%af',
  '%e0%80%ae',
  '/etc/passwd',
  '.tmp',
  'notes',
  'cache',
  '%',
  '%2',
  '%zz',
  '[a-f]*',
  '{a,b}',
  '~',
  '$HOME',
  '%0d%0aX-Evil:1',
  'a'.repeat(39),
  'a'.repeat(41),
  'A'.repeat(40),
  'g'.repeat(40),
  `${'a'.repeat(39)}/`,
  `${'a'.repeat(40)}.png`,
  `%61${'a'.repeat(39)}`,
];

describe('names in the place of a hash', () => {
  for (const method of ['GET', 'HEAD', 'DELETE']) {
    fault({ id: 'K1', injected: `${method} of names that lead elsewhere or match everything` }, async () => {
      const before = await filesBelow(server.folder);
      for (const name of NAMES) {
        const answer = await rawRequest(port, { method, target: `/image/${name}` });
        expect([name, [400, 404].includes(answer.status)]).toEqual([name, true]);
        expect(answer.headers.has('x-evil')).toBe(false);
        expect(answer.body.toString()).not.toContain('root:');
      }
      expect(await filesBelow(server.folder)).toEqual(before);
      return { times: NAMES.length, held: '400 or 404, and every file is where it was' };
    });
  }
});

describe('paths that parsers read differently', () => {
  fault(
    {
      id: 'K2',
      injected: 'doubled, trailing and encoded slashes, dots, NULs and fragments around a true hash',
    },
    async () => {
      const targets = [
        `//image/${hash}`,
        `/image//${hash}`,
        `/image/${hash}/`,
        `/image/${hash}//resize/10x`,
        `/image/${hash}/resize/10x/`,
        `/image/${hash}/./resize/10x`,
        `/image/${hash}/../${hash}`,
        `/image/x/../${hash}`,
        `/image/${hash}/%2e%2e/${hash}`,
        `/image%2f${hash}`,
        `/image/${hash}%2fresize%2f10x`,
        `/image/${hash}/resize%2f10x`,
        `/image/${hash}%5cresize`,
        `/image/${hash}%00`,
        `/image/${hash}/resize/10x%00`,
        `/image/${hash}#x`,
        `/image/${hash}/resize/10x;a=b`,
        `/./image/${hash}`,
        `/IMAGE/${hash}`,
        `/image/${hash}/resize/%ff`,
      ];
      for (const target of targets) {
        const answer = await rawRequest(port, { target });
        expect([target, [400, 404].includes(answer.status)]).toEqual([target, true]);
      }
      return { times: targets.length, held: '400 or 404, each of them' };
    },
  );
});

describe('links in the folder of the originals', () => {
  fault({ id: 'K3', injected: 'links to files and folders outside in the place of originals' }, async () => {
    await writeFile(join(server.folder, 'secret'), 'root:x:0:0');
    const secretFolder = join(server.folder, 'elsewhere');
    await mkdir(secretFolder);
    await writeFile(join(secretFolder, 'b'.repeat(38)), 'root:x:0:0');
    const [linked, inLinked] = ['ab'.repeat(20), `cd${'b'.repeat(38)}`];
    const place = join(server.folder, 'uploads', linked.slice(0, 2), linked.slice(2));
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(server.folder, 'secret'), place);
    await symlink(secretFolder, join(server.folder, 'uploads/cd'));
    for (const name of [linked, inLinked]) {
      for (const target of [`/image/${name}`, `/image/${name}/resize/10x`]) {
        const answer = await rawRequest(port, { target });
        expect(answer.status).toBe(404);
        expect(answer.body.toString()).not.toContain('root:');
      }
      expect((await rawRequest(port, { method: 'DELETE', target: `/image/${name}` })).status).toBe(404);
    }
    expect(await filesBelow(secretFolder)).toEqual(['b'.repeat(38)]);
    return { times: 6, held: '404, and what the links lead to is untouched' };
  });
});

describe('spellings of one recipe', () => {
  fault(
    { id: 'K4', injected: 'spellings that mean the same or nearly, with headers and hosts that differ' },
    async () => {
      const etag = async (recipe: string, headers: Record<string, string> = {}) => {
        const answer = await rawRequest(port, { target: `/image/${hash}/${recipe}`, headers });
        return answer.status === 200 ? answer.headers.get('etag') : String(answer.status);
      };
      const first = await etag('resize/10x');
      const same = [
        await etag('resize/10x', { Cookie: 'a=b' }),
        await etag('resize/10x', { 'X-Forwarded-Host': 'evil.example' }),
        await etag('resize/10x', { 'User-Agent': 'other', 'Accept-Language': 'de' }),
        await etag('%72esize/10x'),
        await etag('resize/10%78'),
      ];
      expect(new Set(same)).toEqual(new Set([first]));
      const others = [
        'resize/11x',
        'resize/x10',
        'resize/10x/flip/h',
        'flip/h/resize/10x',
        'resize/10x!',
        'resize/10x/format/webp',
      ];
      const etags = await Promise.all(others.map((recipe) => etag(recipe)));
      expect(new Set([first, ...etags]).size).toBe(others.length + 1);
      const refused = [
        'resize/+10x',
        'resize/1e1x',
        'resize/-10x',
        'resize/NaNx',
        'resize/10x/resize',
        'RESIZE/10x',
      ];
      expect(await Promise.all(refused.map((recipe) => etag(recipe)))).toEqual(refused.map(() => '400'));
      return {
        times: 5 + others.length + refused.length,
        held: 'one key for what means the same, other keys for the rest, 400 for what is no spelling',
      };
    },
  );
});

describe('the server after all that', () => {
  fault({ id: 'K1', injected: 'nothing more' }, async () => {
    expect((await get(`${server.url}/image/${hash}/resize/5x`)).status).toBe(200);
    expect(server.log.filter(({ status }) => status === 500)).toEqual([]);
    return { times: 1, held: 'the picture is still there, and no answer was a 500' };
  });
});
