import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { signTarget } from '@images-server/recipe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, postFile, type Uploaded } from './client.ts';
import { photo as photograph } from './pictures.ts';
import { runServer, type ServerProcess, startServer } from './server-process.ts';

const FIRST = 'the first signing key';
const SECOND = 'the second signing key';
const API_KEY = 'an-api-key-of-enough-letters';

let photo: Buffer;
let server: ServerProcess;
let picture: string;

beforeAll(async () => {
  photo = await photograph(320, 240).jpeg().toBuffer();
  server = await startServer({
    SIGNATURES: 'required',
    SIGNING_KEYS: `${FIRST},${SECOND}`,
    API_KEYS: API_KEY,
    EXTERNAL: 'off',
  });
  picture = await uploadTo(server);
});
afterAll(() => server.stop());

async function uploadTo({ url }: ServerProcess): Promise<string> {
  const response = await postFile(url, photo, { headers: { authorization: `Bearer ${API_KEY}` } });
  expect(response.status).toBe(200);
  return ((await response.json()) as Uploaded).url;
}

/** Status and code of a target. */
async function answerOf(target: string, { url } = server, init: RequestInit = {}) {
  const answer = await get(url + target, init);
  return answer.status < 400 ? [answer.status] : [answer.status, answer.json().code];
}

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

describe('SIGNATURES=required', () => {
  it('serves what is signed: the original, a variant, with or without an end, also to HEAD', async () => {
    for (const target of [picture, `${picture}/resize/40x40`]) {
      for (const expires of [undefined, inSeconds(60)]) {
        const signed = await signTarget(target, FIRST, expires === undefined ? {} : { expires });
        expect(await answerOf(signed)).toEqual([200]);
        expect(await answerOf(signed, server, { method: 'HEAD' })).toEqual([200]);
      }
    }
  });

  it('is what an HMAC of the raw target says, whoever computed it', async () => {
    const target = `${picture}/resize/50%25`;
    const value = createHmac('sha256', FIRST).update(target).digest('base64url');
    expect(await answerOf(`${target}?signature=${value}`)).toEqual([200]);
  });

  it('takes every key, and none that it does not know', async () => {
    expect(await answerOf(await signTarget(picture, SECOND))).toEqual([200]);
    expect(await answerOf(await signTarget(picture, 'a key that nobody set'))).toEqual([
      403,
      'bad_signature',
    ]);
  });

  it.each(['/image', '/external', '/info', '/explain', '/srcset'])('wants %s signed', async (route) => {
    const known = ['/image', '/external'].includes(route) || (await isRoute(route));
    if (known) expect(await answerOf(`${route}?url=a`)).toEqual([403, 'signature_required']);
    else expect(await answerOf(route)).toEqual([404, 'not_found']);
  });

  it('wants no other route signed', async () => {
    for (const target of ['/health', '/ready']) expect(await answerOf(target)).toEqual([200]);
    expect(await answerOf('/health?signature=a')).toEqual([400, 'bad_query']);
  });

  it('leaves writing to the keys', async () => {
    const target = await uploadTo(server);
    const authorization = `Bearer ${API_KEY}`;
    const signed = await signTarget(target, FIRST);
    expect(await answerOf(signed, server, { method: 'DELETE' })).toEqual([400, 'bad_query']);
    expect(await answerOf(target, server, { method: 'DELETE', headers: { authorization } })).toEqual([200]);
  });

  it('says before anything else what is wrong with a signature', async () => {
    const variant = `${picture}/resize/40x40`;
    const signed = await signTarget(variant, FIRST);
    const ending = await signTarget(variant, FIRST, { expires: inSeconds(60) });
    const ended = await signTarget(variant, FIRST, { expires: inSeconds(-1) });
    const value = signed.slice(signed.indexOf('?') + 1);
    const table: [string, number, string][] = [
      [variant, 403, 'signature_required'],
      [`${variant}?expires=${inSeconds(60)}`, 403, 'signature_required'],
      [`/image/${'0'.repeat(40)}`, 403, 'signature_required'],
      [`${picture}/no/operation`, 403, 'signature_required'],
      [signed.replace('40x40', '40x41'), 403, 'bad_signature'],
      [`${variant}?signature=`, 403, 'bad_signature'],
      [`${variant}?${value}&reset_cache=1`, 403, 'bad_signature'],
      [ending.replace(/expires=\d/, 'expires=9'), 403, 'bad_signature'],
      [ended, 410, 'url_expired'],
      [ended.replace('40x40', '40x41'), 403, 'bad_signature'],
      [`${signed}&${value}`, 400, 'bad_query'],
      [`${ending}&expires=${inSeconds(60)}`, 400, 'bad_query'],
      [await signTarget(`${variant}?size=3`, FIRST), 400, 'bad_query'],
      [await signTarget(`/image/${'0'.repeat(40)}`, FIRST), 404, 'not_found'],
      [await signTarget(`${picture}/no/operation`, FIRST), 400, 'unknown_operation'],
      [await signTarget('/external?url=http%3A%2F%2Fexample.com', FIRST), 403, 'external_disabled'],
    ];
    for (const [target, status, code] of table) {
      expect([target, await answerOf(target)]).toEqual([target, [status, code]]);
    }
  });

  it('lets no cache keep an answer for longer than its address lasts', async () => {
    const forLong = await get(server.url + (await signTarget(`${picture}/resize/40x40`, FIRST)));
    expect(forLong.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const ending = await signTarget(`${picture}/resize/40x40`, FIRST, { expires: inSeconds(60) });
    const header = (await get(server.url + ending)).headers.get('cache-control') ?? '';
    const seconds = Number(/^public, max-age=(\d+), immutable$/.exec(header)?.[1]);
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  it('makes one variant for all signatures', async () => {
    const target = `${picture}/resize/41x41`;
    const etags = [];
    for (const signed of [
      await signTarget(target, FIRST),
      await signTarget(target, SECOND),
      await signTarget(target, FIRST, { expires: inSeconds(60) }),
    ]) {
      const answer = await get(server.url + signed);
      etags.push([answer.headers.get('etag'), answer.headers.get('x-cache')]);
    }
    const [etag] = etags[0] ?? [];
    expect(etags).toEqual([
      [etag, 'miss'],
      [etag, 'hit'],
      [etag, 'hit'],
    ]);
  });

  it('takes the bytes as sent, also where browsers would have encoded them', async () => {
    for (const target of [`${picture}/resize/40x>`, `${picture}/resize/50%`]) {
      const signed = await signTarget(target, FIRST);
      expect([target, await rawCode(signed)]).toEqual([target, '200']);
      expect(await rawCode(signed.replace('40x>', '40x%3E').replace('50%', '50%25'))).toBe('bad_signature');
    }
  });
});

describe('SIGNING_KEYS', () => {
  it('are exchanged one for another over two restarts', async () => {
    const settings = { SIGNATURES: 'required', API_KEYS: API_KEY };
    const old = await startServer({ ...settings, SIGNING_KEYS: FIRST });
    const target = await uploadTo(old);
    const [byFirst, bySecond] = [await signTarget(target, FIRST), await signTarget(target, SECOND)];
    expect([await answerOf(byFirst, old), await answerOf(bySecond, old)]).toEqual([
      [200],
      [403, 'bad_signature'],
    ]);
    const { folder } = old;
    await old.stop({ keepFolder: true });
    const both = await startServer({ ...settings, SIGNING_KEYS: `${SECOND},${FIRST}` }, { folder });
    expect([await answerOf(byFirst, both), await answerOf(bySecond, both)]).toEqual([[200], [200]]);
    await both.stop({ keepFolder: true });
    const after = await startServer({ ...settings, SIGNING_KEYS: SECOND }, { folder });
    expect([await answerOf(byFirst, after), await answerOf(bySecond, after)]).toEqual([
      [403, 'bad_signature'],
      [200],
    ]);
    await after.stop();
  });

  it('keep the server from starting where they are needed and missing', async () => {
    const { code, output } = await runServer({ SIGNATURES: 'required' });
    expect(code).toBe(78);
    expect(output).toContain('set SIGNING_KEYS=');
  });
});

describe('SIGNATURES=optional', () => {
  it('serves what is not signed, and refuses what is signed wrongly', async () => {
    const optional = await startServer({ SIGNATURES: 'optional', SIGNING_KEYS: FIRST, API_KEYS: API_KEY });
    const target = await uploadTo(optional);
    const signed = await signTarget(target, FIRST);
    expect(await answerOf(target, optional)).toEqual([200]);
    expect(await answerOf(signed, optional)).toEqual([200]);
    expect(await answerOf(`${signed}x`, optional)).toEqual([403, 'bad_signature']);
    expect(await answerOf(`${target}?expires=${inSeconds(60)}`, optional)).toEqual([
      403,
      'signature_required',
    ]);
    const ended = await signTarget(target, FIRST, { expires: inSeconds(-1) });
    expect(await answerOf(ended, optional)).toEqual([410, 'url_expired']);
    await optional.stop();
  });
});

describe('SIGNATURES=off', () => {
  it('knows no parameter of that name', async () => {
    const off = await startServer({ SIGNING_KEYS: FIRST, API_KEYS: API_KEY });
    const target = await uploadTo(off);
    expect(await answerOf(target, off)).toEqual([200]);
    expect(await answerOf(await signTarget(target, FIRST), off)).toEqual([400, 'bad_query']);
    await off.stop();
  });
});

async function isRoute(route: string): Promise<boolean> {
  return (await get(server.url + route)).status !== 404;
}

/** The code of the error that a target sent as it stands is answered with, or its status. */
async function rawCode(target: string): Promise<string | undefined> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1'),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answer = Buffer.concat(chunks).toString('latin1');
  return /"code":"(\w+)"/.exec(answer)?.[1] ?? answer.slice(9, 12);
}
