import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { photo as photograph } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const ORIGIN = 'https://app.example.com';
const OTHER = 'https://other.example.com';

let photo: Buffer;
beforeAll(async () => {
  photo = await photograph(64, 48).jpeg().toBuffer();
});

function preflight(server: ServerProcess, path: string, origin: string) {
  return get(server.url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  });
}

function corsHeaders(headers: Headers): string[] {
  return [...headers.keys()].filter((name) => name.startsWith('access-control-'));
}

describe('CORS_ORIGINS=<origins>', () => {
  let server: ServerProcess;
  let picture: string;
  beforeAll(async () => {
    server = await startServer({ CORS_ORIGINS: `${ORIGIN},http://localhost:3000` });
    picture = (await upload(server.url, photo)).url;
  });
  afterAll(() => server.stop());

  it('lets a page of one of them read answers, errors too', async () => {
    for (const path of [picture, `${picture}/resize/20x`, `${picture}/resise/20x`, '/nothing']) {
      const { headers } = await get(server.url + path, { headers: { origin: ORIGIN } });
      expect([path, headers.get('access-control-allow-origin')]).toEqual([path, ORIGIN]);
      expect(headers.get('access-control-expose-headers')).toContain('ETag');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it('lets nobody else, and keeps caches from giving one the answer of another', async () => {
    for (const path of [picture, `${picture}/resize/20x`, `${picture}/format/auto`]) {
      for (const headers of [{}, { origin: OTHER }, { origin: 'null' }]) {
        // Again and again: later answers may come from memory.
        for (let time = 0; time < 3; time += 1) {
          const answer = await get(server.url + path, { headers });
          expect([path, corsHeaders(answer.headers)]).toEqual([path, []]);
          expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
        }
      }
    }
  });

  it('answers the question before an upload', async () => {
    const { status, headers } = await preflight(server, '/upload', ORIGIN);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-allow-methods')).toBe('POST');
    expect(headers.get('access-control-allow-headers')).toContain('Authorization');
    expect((await preflight(server, picture, ORIGIN)).headers.get('access-control-allow-methods')).toBe(
      'GET, HEAD, DELETE',
    );
    const refused = await preflight(server, '/upload', OTHER);
    expect([refused.status, corsHeaders(refused.headers)]).toEqual([405, []]);
  });
});

describe('CORS_ORIGINS=*', () => {
  it('says so to everybody, whoever asks', async () => {
    const server = await startServer({ CORS_ORIGINS: '*' });
    const { url } = await upload(server.url, photo);
    for (const headers of [{}, { origin: ORIGIN }, {}]) {
      for (let time = 0; time < 3; time += 1) {
        const answer = await get(`${server.url}${url}/resize/20x`, { headers });
        expect(answer.headers.get('access-control-allow-origin')).toBe('*');
        expect(answer.headers.get('vary')).toBeNull();
      }
    }
    expect((await preflight(server, '/upload', OTHER)).status).toBe(204);
    await server.stop();
  });
});

describe('without CORS_ORIGINS', () => {
  it('there is no such header', async () => {
    const server = await startServer();
    const { url } = await upload(server.url, photo);
    const answer = await get(server.url + url, { headers: { origin: ORIGIN } });
    expect(corsHeaders(answer.headers)).toEqual([]);
    expect((await preflight(server, '/upload', ORIGIN)).status).toBe(405);
    await server.stop();
  });
});
