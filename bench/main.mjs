// `npm run bench`: the server beside a bare loop around sharp, and a hit beside a bare node:http answer.
// BENCH_PHOTOS=<folder of large JPEGs>, BENCH_ROUNDS, BENCH_REQUESTS (per round and server), BENCH_FORMATS=jpeg,png,webp
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { preparePhotographs } from './photographs.mjs';
import { cpuMs, memoryBytes } from './process-tree.mjs';
import { startLoad, startScript, startServer, upload } from './processes.mjs';
import { makeQuietFolder, msPerNewFile } from './quiet-folder.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 4);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 200);
/** Of each format, on both sides, before anything counts: V8 compiles as it goes, and a server outlives a benchmark. */
const WARM_UP_REQUESTS = 1000;
const FORMATS = (process.env.BENCH_FORMATS ?? 'jpeg,png,webp').split(',');
/** The bars: CPU of a variant against the bare loop's, requests per second of a hit against the bare answer's. */
const MOST_CPU_RATIO = 1.08;
const LEAST_HIT_RATIO = 0.6;
const MISS_CONNECTIONS = 2;
const HIT_CONNECTIONS = 16;
const HITS_PER_ROUND = 20_000;
const HIT_BYTES = 25_000;

/**
 * @typedef {{ name: string, pid: number, port: number, xCache: string }} Side
 * @typedef {{ requests: number, seconds: number, cpuMs: number, loadCpuMs: number, latenciesMs: number[], memoryBytes: number }} Sum
 */

const folder = makeQuietFolder('images-server-bench-');
const stops = /** @type {(() => Promise<void>)[]} */ ([]);
try {
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true });
}

async function bench() {
  const photographs = path.join(folder, 'photographs');
  mkdirSync(photographs);
  const names = await preparePhotographs(photographs, process.env.BENCH_PHOTOS);
  const server = { name: 'server', xCache: 'miss', ...(await keep(startServer(folder))) };
  const bare = {
    name: 'bare loop',
    xCache: 'none',
    ...(await keep(startScript('bare-loop.mjs', [photographs]))),
  };
  const load = await keep(startLoad());
  const hashes = await Promise.all(names.map((name) => upload(server.port, path.join(photographs, name))));
  console.log(
    `${names.length} photographs of 2040 x 1360 into 512 x 512, ${ROUNDS} rounds of ${REQUESTS} requests`,
  );

  const compare = createCompareVariants({ server, bare, load, names, hashes });
  for (const format of FORMATS) await compare(format, { rounds: 1, requests: WARM_UP_REQUESTS });
  const rows = [];
  for (const format of FORMATS) rows.push(await compare(format, { rounds: ROUNDS, requests: REQUESTS }));
  const newFile = `a new file cost ${msPerNewFile(mkdtempSync(path.join(folder, 'probe-'))).toFixed(3)} ms here`;
  rows.push(await compareHits({ server, load, hashes }));
  console.table(Object.fromEntries(rows.map(({ name, columns }) => [name, columns])));
  for (const { name, verdict } of rows) console.log(`${name}: ${verdict.text}`);
  console.log(`${newFile}; about 0.03 where nothing near by was deleted in the last six minutes`);
  return rows.every(({ verdict }) => verdict.holds);
}

/** @template {{ stop: () => Promise<void> }} Process @param {Promise<Process>} starting */
async function keep(starting) {
  const started = await starting;
  stops.push(started.stop);
  return started;
}

/**
 * @param {{ server: Side, bare: Side, load: Awaited<ReturnType<typeof startLoad>>, names: string[], hashes: string[] }} options
 */
function createCompareVariants({ server, bare, load, names, hashes }) {
  let asked = 0;
  // Each URL is new and each picture the same work: all photographs are wider than high, so the box's height settles nothing.
  const nextBoxes = (/** @type {number} */ count) =>
    Array.from({ length: count }, () => {
      asked += 1;
      return { index: asked % names.length, box: `512x${512 + asked}` };
    });
  /** @param {string} format @param {{ rounds: number, requests: number }} amount */
  return async function compareVariants(format, { rounds, requests }) {
    const run = (/** @type {Side} */ side, /** @type {{ index: number, box: string }[]} */ boxes) =>
      measure(load, side, {
        connections: MISS_CONNECTIONS,
        targets: boxes.map(({ index, box }) =>
          side === server
            ? `/image/${hashes[index]}/resize/${box}/format/${format}`
            : `/${names[index]}/${box}/${format}`,
        ),
      });
    const sums = await interleave([server, bare], run, rounds, () => nextBoxes(requests));
    const ratio = cpuPerRequest(sums[0]) / cpuPerRequest(sums[1]);
    return {
      name: format,
      columns: columns(sums),
      verdict: {
        holds: ratio <= MOST_CPU_RATIO,
        text: `CPU per request ${ratio.toFixed(3)} times the bare loop's (at most ${MOST_CPU_RATIO})`,
      },
    };
  };
}

/** @param {{ server: Side, load: Awaited<ReturnType<typeof startLoad>>, hashes: string[] }} options */
async function compareHits({ server, load, hashes }) {
  const { target, bytes } = await variantOf(HIT_BYTES, server.port, hashes);
  const file = path.join(folder, 'answer.jpg');
  writeFileSync(file, bytes);
  const bare = {
    name: 'bare answer',
    xCache: 'none',
    ...(await keep(startScript('bare-answer.mjs', [file]))),
  };
  const hit = { ...server, xCache: 'hit' };
  const run = (/** @type {Side} */ side, /** @type {number} */ count) =>
    measure(load, side, {
      connections: HIT_CONNECTIONS,
      targets: Array.from({ length: count }, () => target),
    });
  for (const side of [hit, bare]) await run(side, HITS_PER_ROUND / 4);
  const sums = await interleave([hit, bare], run, ROUNDS, () => HITS_PER_ROUND);
  const ratio = perSecond(sums[0]) / perSecond(sums[1]);
  return {
    name: `hit, ${(bytes.length / 1000).toFixed(1)} kB`,
    columns: columns(sums),
    verdict: {
      holds: ratio >= LEAST_HIT_RATIO,
      text: `${(ratio * 100).toFixed(0)} % of the bare answer's requests/s (at least ${LEAST_HIT_RATIO * 100} %)`,
    },
  };
}

/**
 * The variant whose size comes nearest, and where it is.
 * @param {number} wanted bytes @param {number} port @param {string[]} hashes
 */
async function variantOf(wanted, port, hashes) {
  const candidates = [];
  for (const hash of hashes) {
    for (let quality = 50; quality <= 100; quality += 10) {
      const target = `/image/${hash}/resize/512x512/format/jpeg/quality/${quality}`;
      const answer = await fetch(`http://127.0.0.1:${port}${target}`);
      candidates.push({ target, bytes: Buffer.from(await answer.arrayBuffer()) });
    }
  }
  const distance = (/** @type {{ bytes: Buffer }} */ { bytes }) => Math.abs(bytes.length - wanted);
  return candidates.reduce((best, next) => (distance(next) < distance(best) ? next : best));
}

/**
 * Runs both sides in turn, the first one changing.
 * @template Work
 * @param {[Side, Side]} sides @param {(side: Side, work: Work) => Promise<Sum>} run @param {number} rounds
 * @param {() => Work} nextWork @returns {Promise<[Sum, Sum]>} in the order of `sides`
 */
async function interleave(sides, run, rounds, nextWork) {
  const results = /** @type {[Sum[], Sum[]]} */ ([[], []]);
  for (let round = 0; round < rounds; round += 1) {
    const work = nextWork();
    for (const index of /** @type {(0 | 1)[]} */ (round % 2 === 0 ? [0, 1] : [1, 0])) {
      results[index].push(await run(sides[index], work));
    }
  }
  return [total(results[0]), total(results[1])];
}

/**
 * @param {Awaited<ReturnType<typeof startLoad>>} load @param {Side} side
 * @param {{ targets: string[], connections: number }} work @returns {Promise<Sum>}
 */
async function measure(load, side, work) {
  const before = cpuMs(side.pid);
  const loadBefore = cpuMs(load.pid);
  const { seconds, latenciesMs, xCache } = await load.run({ port: side.port, ...work });
  if (xCache[side.xCache] !== work.targets.length) {
    throw new Error(`${side.name}: ${JSON.stringify(xCache)} where all had to be "${side.xCache}"`);
  }
  // What is done behind the answer (the store) is part of a request's cost.
  await pause(300);
  return {
    requests: work.targets.length,
    seconds,
    latenciesMs,
    cpuMs: cpuMs(side.pid) - before,
    loadCpuMs: cpuMs(load.pid) - loadBefore,
    memoryBytes: memoryBytes(side.pid),
  };
}

/** @param {Sum[]} rounds @returns {Sum} */
function total(rounds) {
  const sum = (/** @type {(round: Sum) => number} */ value) =>
    rounds.reduce((all, round) => all + value(round), 0);
  return {
    requests: sum((round) => round.requests),
    seconds: sum((round) => round.seconds),
    cpuMs: sum((round) => round.cpuMs),
    loadCpuMs: sum((round) => round.loadCpuMs),
    latenciesMs: rounds.flatMap((round) => round.latenciesMs),
    memoryBytes: Math.max(...rounds.map((round) => round.memoryBytes)),
  };
}

/** @param {[Sum, Sum]} sums the server's and the bare one's */
function columns(sums) {
  const pair = (/** @type {(sum: Sum) => string} */ print) => sums.map(print).join(' / ');
  return {
    'requests/s': pair((sum) => perSecond(sum).toFixed(1)),
    'CPU ms/request': pair((sum) => cpuPerRequest(sum).toFixed(cpuPerRequest(sum) < 1 ? 3 : 1)),
    'p50 ms': pair((sum) => percentile(sum.latenciesMs, 0.5).toFixed(1)),
    'p95 ms': pair((sum) => percentile(sum.latenciesMs, 0.95).toFixed(1)),
    'memory MB': pair((sum) => (sum.memoryBytes / 1e6).toFixed(0)),
    'cores of the load generator': pair((sum) => (sum.loadCpuMs / 1000 / sum.seconds).toFixed(2)),
  };
}

/** @param {Sum} sum */
function perSecond(sum) {
  return sum.requests / sum.seconds;
}

/** @param {Sum} sum */
function cpuPerRequest(sum) {
  return sum.cpuMs / sum.requests;
}

/** @param {number[]} values @param {number} fraction */
function percentile(values, fraction) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
