import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { get, postFile, upload } from '../client.ts';
import { photo } from '../pictures.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { avifOfOneColor } from './bombs/avif.ts';
import { gifFrames } from './bombs/gif.ts';
import { blackInterlacedPng, blackPng } from './bombs/png.ts';
import { fault, times } from './support/fault.ts';
import { inMegabytes, peakRssBytes, resetPeak, rssBytes } from './support/memory.ts';
import { childrenOf, eventually } from './support/processes.ts';

const DEADLINE_MS = 2000;
const PROCESSES = 2;

let server: ServerProcess;
let picture: Buffer;

beforeAll(async () => {
  picture = await photo(1200, 900).jpeg().toBuffer();
  server = await startServer({
    LOG_LEVEL: 'debug',
    RENDER_PROCESSES: String(PROCESSES),
    RENDER_DEADLINE_MS: String(DEADLINE_MS),
  });
});
afterAll(() => server.stop());

let width = 100;
/** The address of a variant that was never asked for. */
function newVariant(hash: string): string {
  width += 1;
  return `${server.url}/image/${hash}/resize/${width}x`;
}

async function measured(url: string) {
  const startedMs = performance.now();
  const answer = await get(url);
  return { ...answer, tookMs: performance.now() - startedMs };
}

/** Both process one thing after the other: so a job for each is under way, or about to be. */
async function bothWork(): Promise<void> {
  await eventually('all processes are there', () => childrenOf(server.pid).length >= PROCESSES);
}

describe('render processes', () => {
  for (const signal of ['SIGSEGV', 'SIGKILL', 'SIGABRT'] as const) {
    fault({ id: 'D4', injected: `${signal} to one, again and again under load` }, async () => {
      const kills = times({ short: 10, long: 200 });
      const failed: number[] = [];
      for (let round = 0; round < kills; round += 1) {
        // One for each death: a picture on which two died is refused.
        const { hash } = await upload(server.url, picture);
        const requests = Array.from({ length: 6 }, async () => get(newVariant(hash)));
        const [victim] = childrenOf(server.pid);
        if (victim !== undefined) process.kill(victim, signal);
        for (const answer of await Promise.all(requests)) {
          if (answer.status === 200) continue;
          expect([answer.status, answer.json().code]).toEqual([503, 'render_crashed']);
          expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
          failed.push(answer.status);
        }
      }
      expect(failed.length).toBeLessThanOrEqual(kills);
      expect(server.child.exitCode).toBeNull();
      return {
        times: kills,
        held: `${failed.length} requests failed, with a 503; the others and every later one are answered`,
      };
    });
  }

  fault({ id: 'F13', injected: 'one stopped (SIGSTOP) while it works' }, async () => {
    const { hash } = await upload(server.url, picture);
    await bothWork();
    const rounds = times({ short: 2, long: 50 });
    let slowestMs = 0;
    for (let round = 0; round < rounds; round += 1) {
      const [victim] = childrenOf(server.pid);
      if (victim === undefined) throw new Error('there is no render process');
      process.kill(victim, 'SIGSTOP');
      const answers = await Promise.all([measured(newVariant(hash)), measured(newVariant(hash))]);
      const late = answers.filter(({ status }) => status !== 200);
      for (const { status, tookMs } of late) {
        expect(status).toBe(503);
        expect(tookMs).toBeLessThan(DEADLINE_MS + 1000);
      }
      expect(late.length).toBe(1);
      // The deadline was its, and its place has a new process already.
      const next = await Promise.all([measured(newVariant(hash)), measured(newVariant(hash))]);
      for (const { status } of next) expect(status).toBe(200);
      slowestMs = Math.max(slowestMs, ...next.map(({ tookMs }) => tookMs));
      await eventually('the stopped one is gone', () => !childrenOf(server.pid).includes(victim));
    }
    return {
      times: rounds,
      held: `a 503 at the deadline, the process is killed; both places answer again, within ${Math.ceil(slowestMs)} ms`,
    };
  });

  fault({ id: 'F14', injected: 'all of them hung at once (SIGSTOP), with work for each' }, async () => {
    const { hash } = await upload(server.url, picture);
    const hit = newVariant(hash);
    await get(hit);
    await bothWork();
    for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGSTOP');
    const stuck = Array.from({ length: PROCESSES }, () => measured(newVariant(hash)));
    const health: number[] = [];
    const hits: number[] = [];
    for (let look = 0; look < 20; look += 1) {
      health.push((await measured(`${server.url}/health`)).tookMs);
      hits.push((await measured(hit)).tookMs);
    }
    for (const { status, tookMs } of await Promise.all(stuck)) {
      expect(status).toBe(503);
      expect(tookMs).toBeLessThan(DEADLINE_MS + 1000);
    }
    const back = await measured(newVariant(hash));
    expect(back.status).toBe(200);
    expect(back.tookMs).toBeLessThan(1500);
    const [slowestHealth, slowestHit] = [median(health), median(hits)];
    expect(slowestHealth).toBeLessThan(100);
    expect(slowestHit).toBeLessThan(50);
    return {
      times: PROCESSES,
      held: `503 at the deadline; meanwhile /health in ${Math.ceil(slowestHealth)} ms and variants in memory in ${Math.ceil(slowestHit)} ms; the next render is done after ${Math.ceil(back.tookMs)} ms`,
    };
  });
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

describe('decoders that do not end', () => {
  fault(
    { id: 'D3', injected: 'a picture that takes longer than the deadline, at both places at once' },
    async () => {
      const bomb = await blackInterlacedPng(5000);
      const strict = await startServer({
        RENDER_PROCESSES: '2',
        RENDER_DEADLINE_MS: '60',
        LOG_LEVEL: 'debug',
      });
      try {
        const rssBefore = rssBytes(strict.pid);
        resetPeak(strict.pid);
        const rounds = times({ short: 3, long: 50 });
        let slowestMs = 0;
        for (let round = 0; round < rounds; round += 1) {
          const answers = await Promise.all([postFile(strict.url, bomb), postFile(strict.url, bomb)]);
          for (const answer of answers) {
            expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
              503,
              'render_deadline',
            ]);
            expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
          }
          const startedMs = performance.now();
          await eventually('both places have a process', () => childrenOf(strict.pid).length >= 2);
          slowestMs = Math.max(slowestMs, performance.now() - startedMs);
        }
        const growth = Math.max(0, peakRssBytes(strict.pid) - rssBefore);
        expect(growth).toBeLessThan(64 * 1024 ** 2);
        expect(slowestMs).toBeLessThan(300);
        return {
          times: 2 * rounds,
          held: `killed at the deadline: 503 with Retry-After; a new process within ${Math.ceil(slowestMs)} ms; the server grew by ${inMegabytes(growth)}`,
        };
      } finally {
        await strict.stop();
      }
    },
  );
});

const AVIFS = times({ short: 12, long: 64 });

describe('memory', () => {
  fault(
    {
      id: 'F15',
      injected:
        'pictures of all formats that need more than a render process may have, with the limits on pixels off',
    },
    async () => {
      const open = await startServer({
        RENDER_PROCESSES: '2',
        MAX_PIXELS: '1000000000',
        UPLOAD_MAX_BYTES: '100mb',
      });
      try {
        const rssBefore = rssBytes(open.pid);
        resetPeak(open.pid);
        const bombs = [
          await avifOfOneColor(8000, 7500),
          await blackInterlacedPng(14_000),
          gifFrames(100, 3000),
          await blackPng(16_384, 16_384),
        ];
        const seen: string[] = [];
        for (const bomb of bombs) {
          const response = await postFile(open.url, bomb);
          const { code = 'taken' } = (await response.json()) as { code?: string };
          expect([200, 413, 503]).toContain(response.status);
          seen.push(`${response.status} ${code}`);
        }
        const growth = Math.max(0, peakRssBytes(open.pid) - rssBefore);
        expect(growth).toBeLessThan(64 * 1024 ** 2);
        expect((await upload(open.url, picture)).status).toBe('success');
        return { times: bombs.length, held: `${seen.join(', ')}; the server grew by ${inMegabytes(growth)}` };
      } finally {
        await open.stop();
      }
    },
  );

  fault({ id: 'D13', injected: `${AVIFS} AVIFs of 16 megapixels at once` }, async () => {
    const budgetBytes = 700 * 1024 ** 2;
    const bounded = await startServer({
      RENDER_PROCESSES: '4',
      RENDER_MEMORY_BYTES: String(budgetBytes),
      RENDER_QUEUE_WAIT_MS: '60000',
    });
    try {
      const bomb = await avifOfOneColor(4000, 4000);
      const idle = treeBytes(bounded.pid);
      let peak = 0;
      const watch = setInterval(() => {
        peak = Math.max(peak, treeBytes(bounded.pid));
      }, 100);
      const responses = await Promise.all(Array.from({ length: AVIFS }, () => postFile(bounded.url, bomb)));
      clearInterval(watch);
      for (const { status } of responses) expect([200, 429, 503]).toContain(status);
      const above = Math.max(0, peak - idle);
      expect(above).toBeLessThan(1.2 * budgetBytes);
      const taken = responses.filter(({ status }) => status === 200).length;
      return {
        times: AVIFS,
        held: `${taken} taken; with a budget of ${inMegabytes(budgetBytes)} the server and its processes took ${inMegabytes(above)} more than idle`,
      };
    } finally {
      await bounded.stop();
    }
  });

  fault(
    { id: 'F13', injected: 'processes that have done their jobs, or hold more memory than they may' },
    async () => {
      const rounds = times({ short: 40, long: 1000 });
      const recycling = await startServer({
        LOG_LEVEL: 'debug',
        RENDER_PROCESSES: '1',
        RENDER_RECYCLE_JOBS: '10',
        RENDER_RECYCLE_BYTES: '64mb',
      });
      try {
        const { hash } = await upload(recycling.url, picture);
        for (let round = 0; round < rounds; round += 1) {
          expect((await get(`${recycling.url}/image/${hash}/resize/${50 + round}x`)).status).toBe(200);
        }
        const isReplacement = (line: Record<string, unknown>) =>
          line.kind === 'process_ended' && line.reason === 'recycled';
        // A worn process works until its replacement is ready, which may be after the last request.
        await recycling.waitForLog(isReplacement);
        const replaced = recycling.log.filter(isReplacement).length;
        return { times: rounds, held: `replaced ${replaced} times, and no request noticed` };
      } finally {
        await recycling.stop();
      }
    },
  );
});

/** Resident memory of a server and its render processes, shared pages counted once for each. */
function treeBytes(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + proportionalBytes(each), 0);
}

function proportionalBytes(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
