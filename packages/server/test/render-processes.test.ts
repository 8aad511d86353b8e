import { readdir, readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let server: ServerProcess;
let picture: Buffer;

beforeAll(async () => {
  picture = await photo(1600, 1200).jpeg().toBuffer();
  server = await startServer({ LOG_LEVEL: 'debug', RENDER_PROCESSES: '2', RENDER_DEADLINE_MS: '4000' });
});
afterAll(() => server.stop());

/** The server's living render processes. */
async function renderProcesses(): Promise<number[]> {
  const text = await readFile(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').catch(() => '');
  const pids = text.trim().split(/\s+/).filter(Boolean).map(Number);
  if (pids.length > 0) return pids;
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    all.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return { pid, parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) };
    }),
  );
  return parents.filter(({ parent }) => parent === server.pid).map(({ pid }) => pid);
}

// proc(5), sched(7)
const NICE = 19;
const POLICY = 41;
const SCHED_BATCH = 3;

function rendersSoFar(): number {
  return server.log.filter((line) => line.kind === 'job_ended' && line.job === 'render').length;
}

describe('render processes', () => {
  it('work behind the server, in long turns', async () => {
    const pids = await renderProcesses();
    expect(pids).toHaveLength(2);
    for (const pid of pids) {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // Counted from the state, the third field of all.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      expect(Number(fields[NICE - 3])).toBe(10);
      expect(Number(fields[POLICY - 3])).toBe(SCHED_BATCH);
    }
  });

  it('render once for 200 clients who ask for the same variant at once', async () => {
    const { hash } = await upload(server.url, picture);
    const before = rendersSoFar();
    const url = `${server.url}/image/${hash}/resize/700x`;
    const answers = await Promise.all(Array.from({ length: 200 }, () => get(url)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ bytes }) => bytes.toString('base64'))).size).toBe(1);
    await server.waitForLog(() => rendersSoFar() > before);
    // Whatever was started after the first would have ended before this one, which is made last.
    await get(`${server.url}/image/${hash}/resize/10x`);
    await server.waitForLog(() => rendersSoFar() > before + 1);
    expect(rendersSoFar() - before).toBe(2);
  });

  it('can be killed under load without failing more than the request that each worked on', async () => {
    // One for each death: a picture on which two died is refused, and that is another test.
    const uploads = await Promise.all(Array.from({ length: 12 }, () => upload(server.url, picture)));
    const hashes = uploads.map(({ hash }) => hash);
    let kills = 0;
    const requests = Array.from({ length: 60 }, async (_unused, index) => {
      const answer = await get(`${server.url}/image/${hashes[index % 12]}/resize/${400 + index}x`);
      if (index % 20 === 10) {
        const [victim] = await renderProcesses();
        if (victim !== undefined) {
          process.kill(victim, 'SIGSEGV');
          kills += 1;
        }
      }
      return answer;
    });
    const answers = await Promise.all(requests);
    const failed = answers.filter(({ status }) => status !== 200);
    expect(kills).toBeGreaterThan(0);
    expect(failed.length).toBeLessThanOrEqual(kills);
    for (const answer of failed) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(answer.json()).toMatchObject({ code: 'render_crashed' });
    }
    const next = await get(`${server.url}/image/${hashes[0]}/resize/333x`);
    expect(await sharp(next.bytes).metadata()).toMatchObject({ width: 333 });
  });

  it('do not outlive their job when the last client leaves', async () => {
    const { hash } = await upload(server.url, picture);
    const leave = new AbortController();
    // Slow enough to be under way when the client goes: a large AVIF.
    const request = fetch(`${server.url}/image/${hash}/resize/1600x/format/avif/quality/90`, {
      signal: leave.signal,
    });
    // The queue is first in, first out: once this one is answered, the one before it has begun.
    await get(`${server.url}/image/${hash}/resize/20x`);
    leave.abort();
    await expect(request).rejects.toThrow();
    await server.waitForLog((line) => line.kind === 'job_ended' && line.outcome === 'abandoned');
    const next = await get(`${server.url}/image/${hash}/resize/10x`);
    expect(next.status).toBe(200);
  });
});
