import { describe, expect } from 'vitest';
import { photo } from '../pictures.ts';
import { fault } from './support/fault.ts';
import { FETCH_DEADLINE_MS, PUBLIC_ADDRESS, useHostileWorld, WORLD_NEEDS } from './support/hostile-world.ts';
import { inMegabytes, peakRssBytes, resetPeak, rssBytes } from './support/memory.ts';

const world = useHostileWorld();

describe('answers of origins', () => {
  const FAILURES: readonly (readonly [string, string, string, number])[] = [
    ['S12', 'a length of 10 GB', '/huge-length', 413],
    ['S13', 'a body compressed three times', '/gzip', 502],
    ['F25', 'fewer bytes than the length says', '/short', 502],
    ['F25', 'a connection that is reset in the middle', '/reset', 502],
    ['F25', 'a page of HTML that says it is a PNG', '/html', 415],
    ['F25', 'a 204', '/204', 502],
    ['F25', 'a 206 that nobody asked for', '/206', 502],
    ['F25', 'a 500 with a picture', '/500', 502],
  ];
  for (const [id, injected, path, status] of FAILURES) {
    fault({ id, injected, needs: WORLD_NEEDS }, async () => {
      const first = await world.external(`http://${PUBLIC_ADDRESS}${path}`);
      expect([first.status, first.headers['cache-control']]).toEqual([status, 'no-store']);
      const again = await world.external(`http://${PUBLIC_ADDRESS}${path}`, 'resize/8x');
      expect(again.status).toBe(status);
      return {
        times: 2,
        held: `${status} \`${first.code}\` in ${Math.ceil(first.tookMs)} ms, nothing is cached`,
      };
    });
  }

  fault({ id: 'F25', injected: 'more bytes than the length says', needs: WORLD_NEEDS }, async () => {
    const { status, code } = await world.external(`http://${PUBLIC_ADDRESS}/long`);
    expect([415, 422, 502]).toContain(status);
    return { times: 1, held: `${status} \`${code}\`: what comes after the length is not looked at` };
  });

  fault({ id: 'S12', injected: 'a body of 1 GB without a length', needs: WORLD_NEEDS }, async () => {
    resetPeak(world.server().pid);
    const before = rssBytes(world.server().pid);
    const { status } = await world.external(`http://${PUBLIC_ADDRESS}/endless`);
    expect(status).toBe(413);
    const growth = Math.max(0, peakRssBytes(world.server().pid) - before);
    expect(growth).toBeLessThan(64 * 1024 ** 2);
    return { times: 1, held: `413, the server grew by ${inMegabytes(growth)}` };
  });

  fault({ id: 'S14', injected: 'a byte each second, and no byte at all', needs: WORLD_NEEDS }, async () => {
    const { hash } = await uploadInside();
    const waiting = Promise.all(
      ['/drip', '/silent', '/drip?2', '/silent?2'].map((path) =>
        world.external(`http://${PUBLIC_ADDRESS}${path}`),
      ),
    );
    const others: number[] = [];
    for (let width = 10; width < 30; width += 1) {
      const answer = await world.network().ask(`${world.server().url}/image/${hash}/resize/${width}x`);
      expect(answer.status).toBe(200);
      others.push(answer.tookMs);
    }
    for (const { status, tookMs } of await waiting) {
      expect(status).toBe(504);
      expect(tookMs).toBeLessThan(FETCH_DEADLINE_MS + 1500);
    }
    expect(Math.max(...others)).toBeLessThan(FETCH_DEADLINE_MS);
    return {
      times: 4,
      held: `504 when the deadline of ${FETCH_DEADLINE_MS} ms has passed; renders of others meanwhile within ${Math.ceil(Math.max(...others))} ms`,
    };
  });

  fault({ id: 'F26', injected: 'a name server that does not answer', needs: WORLD_NEEDS }, async () => {
    const waiting = Promise.all(
      Array.from({ length: 20 }, (_, index) => world.external(`http://${index}.dead.test/a.png`)),
    );
    const health = await Promise.all(
      Array.from({ length: 20 }, () => world.network().ask(`${world.server().url}/health`)),
    );
    const slowest = Math.max(...health.map(({ tookMs }) => tookMs));
    expect(slowest).toBeLessThan(1000);
    for (const { status, tookMs } of await waiting) {
      expect([502, 503, 504]).toContain(status);
      expect(tookMs).toBeLessThan(5000);
    }
    return { times: 20, held: `502 within 5 s, and /health within ${Math.ceil(slowest)} ms meanwhile` };
  });

  fault({ id: 'S15', injected: 'headers that are an attack', needs: WORLD_NEEDS }, async () => {
    for (const operations of ['resize/9x', '']) {
      const { status, headers } = await world.external(`http://${PUBLIC_ADDRESS}/headers`, operations);
      expect([status, headers['content-type']]).toEqual([200, 'image/png']);
      for (const name of ['content-disposition', 'set-cookie', 'x-evil', 'link'])
        expect(headers[name]).toBeUndefined();
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
    return { times: 2, held: 'none of them reaches the client; the type is what the decoder saw' };
  });

  fault({ id: 'S16', injected: '100 requests at once with reset_cache=1', needs: WORLD_NEEDS }, async () => {
    const url = `${world.server().url}/external?url=http://${PUBLIC_ADDRESS}/reset-me.png&operations=resize/7x`;
    await world.network().ask(url);
    await world.network().seen();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => world.network().ask(`${url}&reset_cache=1`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { requests } = await world.network().seen();
    expect(requests.length).toBeLessThanOrEqual(3);
    return { times: 100, held: `the origin was asked ${requests.length} times` };
  });

  fault(
    {
      id: 'S17',
      injected: 'a look for differences between a closed port, no such name and a silent one',
      needs: WORLD_NEEDS,
    },
    async () => {
      const closed = await world.external(`https://${PUBLIC_ADDRESS}/a.png`);
      const unknown = await world.external('http://unknown.test/a.png');
      expect([closed.status, unknown.status]).toEqual([502, 502]);
      expect(closed.body).toBe(unknown.body);
      expect(closed.body).not.toContain(PUBLIC_ADDRESS);
      return { times: 2, held: 'the same 502, without an address' };
    },
  );

  fault(
    { id: 'S18', injected: 'the server asked to ask itself, three deep', needs: WORLD_NEEDS },
    async () => {
      const looping = await world.network().startServer({ EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8' });
      await world.network().seen();
      const nest = (url: string) => `${looping.url}/external?url=${encodeURIComponent(url)}`;
      const answer = await world.network().ask(nest(nest(nest(`http://${PUBLIC_ADDRESS}/deep.png`))));
      expect(answer.status).toBe(502);
      expect((await world.network().seen()).reached).toEqual([]);
      expect(looping.log.filter(({ msg }) => msg === 'request').length).toBeLessThanOrEqual(2);
      await looping.stop();
      return { times: 1, held: 'one hop, then refused; the picture is not fetched' };
    },
  );
});

async function uploadInside(): Promise<{ hash: string }> {
  const bytes = await photo(200, 150).jpeg().toBuffer();
  return await world.network().upload(world.server().url, bytes);
}
