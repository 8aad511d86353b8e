// `npm run bench:overload`: the server under more load than it can take, beside what it does at its best. About a minute.
// BENCH_SECONDS (of each part), BENCH_ROUNDS, BENCH_PHOTOS=<folder of large JPEGs>
import { mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { targetOf } from './overload-load.mjs';
import { preparePhotographs } from './photographs.mjs';
import { cpuMs, memoryBytes, ownCpuMs, ownRssBytes } from './process-tree.mjs';
import { startServer, startWorker, upload } from './processes.mjs';
import { makeQuietFolder } from './quiet-folder.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
/** Peak and overload in turn, so that both see the same of whatever else the machine does. */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 2);
const WARM_UP_SECONDS = 5;
const SETTLE_SECONDS = 0.5;
const CORES = 2;

/** The bars. */
const LEAST_GOODPUT = 0.9;
const MOST_REFUSED_MS = 50;
const MOST_HEALTH_MS = 50;
const MOST_HIT_MS = 50;
const MOST_GROWTH_BYTES = 150e6;
const MOST_RECOVERY_MS = 5000;
const MOST_NEIGHBOUR_RATIO = 2;

/** So few that none is refused, so many that no render process waits. */
const PEAK_CLIENTS = 8;
const CROWD = 1000;
const FLOOD_CONNECTIONS = 4000;
const HITS = 20;
const PROBE_EVERY_MS = 20;
const SLOW_SOCKETS = 1000;

/**
 * @typedef {import('./overload-load.mjs').Outcome} Outcome
 * @typedef {import('./overload-probe.mjs').ProbeReport} ProbeReport
 * @typedef {Awaited<ReturnType<typeof open>>} Bench
 * @typedef {Outcome & { probe: ProbeReport, cores: Record<Who, number>, rssBytes: number, treeBytes: number, recoveryMs: number }} Part
 * @typedef {'renders' | 'server' | 'load' | 'probe'} Who
 */

const folder = makeQuietFolder('images-server-overload-');
const stops = /** @type {(() => Promise<void>)[]} */ ([]);
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function run() {
  const bench = await open();
  const peakLoad = { clients: PEAK_CLIENTS };
  await measure(bench, { ...peakLoad, seconds: WARM_UP_SECONDS });
  const restingBytes = ownRssBytes(bench.server.pid);
  const peaks = [await measure(bench, peakLoad)];
  const crowds = [];
  const floods = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    crowds.push(
      await measure(bench, { clients: CROWD, seconds: SECONDS + 1, settleSeconds: SETTLE_SECONDS + 1 }),
    );
    peaks.push(await measure(bench, peakLoad));
    const tenfold = 10 * perSecond(total(peaks));
    floods.push(await measure(bench, { clients: FLOOD_CONNECTIONS, perSecond: tenfold }));
    peaks.push(await measure(bench, peakLoad));
  }
  const slow = await slowSockets(bench);
  const neighbour = await besideGreedyClients(bench);

  const [peak, crowd, flood] = [total(peaks), total(crowds), total(floods)];
  const names = { crowd: `${CROWD} clients`, flood: 'ten times the peak' };
  console.table({ peak: columns(peak), [names.crowd]: columns(crowd), [names.flood]: columns(flood) });
  const verdicts = [
    ...overloadVerdicts(names.crowd, crowd, { peak, restingBytes }),
    ...overloadVerdicts(names.flood, flood, { peak, restingBytes }),
    bar(`${SLOW_SOCKETS} slow sockets: /health p99`, percentile(slow.healthMs, 0.99), MOST_HEALTH_MS, 'ms'),
    ...neighbour,
  ];
  for (const { text, holds } of verdicts) console.log(`${holds ? 'holds ' : 'FAILS '} ${text}`);
  return verdicts.every(({ holds }) => holds);
}

async function open() {
  const photographs = path.join(folder, 'photographs');
  mkdirSync(photographs);
  const names = await preparePhotographs(photographs, process.env.BENCH_PHOTOS);
  const server = await keep(startServer(folder));
  const load = await keep(startWorker('overload-load.mjs'));
  const otherLoad = await keep(startWorker('overload-load.mjs'));
  const probe = await keep(startWorker('overload-probe.mjs'));
  const hashes = await Promise.all(names.map((name) => upload(server.port, path.join(photographs, name))));
  const hits = Array.from(
    { length: HITS },
    (_, index) => `/image/${hashes[index % hashes.length]}/resize/${300 + index}x`,
  );
  for (const target of hits) await (await fetch(`http://127.0.0.1:${server.port}${target}`)).arrayBuffer();
  return { server, load, otherLoad, probe, hashes, hits, asked: { count: 0 } };
}

/** @template {{ stop: () => Promise<void> }} Process @param {Promise<Process>} starting */
async function keep(starting) {
  const started = await starting;
  stops.push(started.stop);
  return started;
}

/** @param {Bench} bench @returns {import('./overload-load.mjs').Load} */
function ordinaryLoad({ server, hashes, asked }) {
  return {
    port: server.port,
    hashes,
    width: 512,
    firstTarget: asked.count,
    seconds: SECONDS,
    settleSeconds: SETTLE_SECONDS,
    clients: 1,
    addresses: 1,
    firstAddress: 0,
    pauseMs: [250, 750],
  };
}

/**
 * @param {Bench} bench @param {Partial<import('./overload-load.mjs').Load>} order
 * @returns {Promise<Part>}
 */
async function measure(bench, order) {
  const { server, load, probe, hits } = bench;
  const work = { ...ordinaryLoad(bench), ...order };
  const running = load.run(work);
  await pause(work.settleSeconds * 1000);
  probe.send({ port: server.port, hits, everyMs: PROBE_EVERY_MS });
  const read = () => ({
    all: cpuMs(server.pid),
    server: ownCpuMs(server.pid),
    load: ownCpuMs(load.pid),
    probe: ownCpuMs(probe.pid),
  });
  const before = read();
  await pause((work.seconds - work.settleSeconds) * 1000 - 100);
  const [rssBytes, treeBytes] = [ownRssBytes(server.pid), memoryBytes(server.pid)];
  const outcome = await running;
  bench.asked.count += outcome.asked;
  const after = read();
  const cores = (/** @type {keyof typeof after} */ who) =>
    (after[who] - before[who]) / 1000 / outcome.seconds;
  return {
    ...outcome,
    probe: await probe.run('report'),
    cores: {
      renders: cores('all') - cores('server'),
      server: cores('server'),
      load: cores('load'),
      probe: cores('probe'),
    },
    rssBytes,
    treeBytes,
    recoveryMs: await recovery(bench),
  };
}

/** @param {Part[]} parts @returns {Part} */
function total(parts) {
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  const mean = (/** @type {Who} */ who) =>
    parts.reduce((sum, part) => sum + part.cores[who] * part.seconds, 0) / seconds;
  const most = (/** @type {(part: Part) => number} */ value) => Math.max(...parts.map(value));
  const sum = (/** @type {(part: Part) => number} */ value) =>
    parts.reduce((all, part) => all + value(part), 0);
  return {
    seconds,
    asked: sum((part) => part.asked),
    servedMs: parts.flatMap((part) => part.servedMs),
    refusedMs: parts.flatMap((part) => part.refusedMs),
    statuses: {},
    unanswered: sum((part) => part.unanswered),
    withoutRetryAfter: sum((part) => part.withoutRetryAfter),
    probe: {
      healthMs: parts.flatMap(({ probe }) => probe.healthMs),
      hitMs: parts.flatMap(({ probe }) => probe.hitMs),
      failures: parts.flatMap(({ probe }) => probe.failures),
    },
    cores: { renders: mean('renders'), server: mean('server'), load: mean('load'), probe: mean('probe') },
    rssBytes: most((part) => part.rssBytes),
    treeBytes: most((part) => part.treeBytes),
    recoveryMs: most((part) => part.recoveryMs),
  };
}

/** How long it takes after the load has ended until a variant is made as if nothing had been. @param {Bench} bench */
async function recovery(bench) {
  const endedMs = performance.now();
  const target = targetOf({ hashes: bench.hashes, width: 500 }, bench.asked.count);
  const answer = await fetch(`http://127.0.0.1:${bench.server.port}${target}`);
  await answer.arrayBuffer();
  return answer.ok ? performance.now() - endedMs : Number.POSITIVE_INFINITY;
}

/** Clients that never come to the end of their headers. @param {Bench} bench @returns {Promise<ProbeReport>} */
async function slowSockets({ server, probe, hits }) {
  const sockets = Array.from({ length: SLOW_SOCKETS }, () => connect(server.port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => {});
  const begin = setTimeout(() => {
    for (const socket of sockets) socket.write('GET /health HTTP/1.1\r\nHost: a\r\nX-Slow');
  }, 100);
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('w');
  }, 500);
  await pause(500);
  probe.send({ port: server.port, hits, everyMs: PROBE_EVERY_MS });
  await pause(2500);
  const report = await probe.run('report');
  clearTimeout(begin);
  clearInterval(drip);
  for (const socket of sockets) socket.destroy();
  return report;
}

/** One who asks for little, alone and beside one who keeps 200 requests in flight. @param {Bench} bench */
async function besideGreedyClients(bench) {
  let asks = 0;
  const ask = async () =>
    /** @type {Promise<Outcome>} */ (
      bench.otherLoad.run({
        ...ordinaryLoad(bench),
        width: 510,
        firstTarget: asks++ * 1000,
        clients: 100,
        perSecond: 4,
        firstAddress: 900,
        seconds: SECONDS,
        settleSeconds: 0,
      })
    );
  const alone = await ask();
  const besides = [];
  for (const [how, pauseMs] of /** @type {[string, [number, number]][]} */ ([
    ['waits when it is refused', [250, 750]],
    ['asks again at once when it is refused', [0, 0]],
  ])) {
    const greedy = bench.load.run({ ...ordinaryLoad(bench), clients: 200, seconds: SECONDS + 2, pauseMs });
    await pause(SETTLE_SECONDS * 1000);
    besides.push({ how, outcome: await ask() });
    bench.asked.count += (await greedy).asked;
  }
  const aloneMs = percentile([...alone.servedMs, ...(await ask()).servedMs], 0.95);
  return besides.flatMap(({ how, outcome }) => {
    const name = `beside a client of 200 requests in flight that ${how}`;
    const failed = outcome.refusedMs.length + outcome.unanswered;
    const ratio = percentile(outcome.servedMs, 0.95) / aloneMs;
    return [
      bar(`${name}: requests of another that fail`, failed, 0, ''),
      bar(`${name}: p95 of another, times what it is alone`, ratio, MOST_NEIGHBOUR_RATIO, ''),
    ];
  });
}

/** @param {string} name @param {Part} part @param {{ peak: Part, restingBytes: number }} against */
function overloadVerdicts(name, part, { peak, restingBytes }) {
  const raw = perSecond(part) / perSecond(peak);
  // What the load generator takes, the server cannot have.
  const left = (CORES - part.cores.load - part.cores.probe) / (CORES - peak.cores.load - peak.cores.probe);
  return [
    {
      holds: raw / left >= LEAST_GOODPUT,
      text: `${name}: ${percent(raw / left)} of the peak in what the load generator leaves of the cores (at least ${percent(LEAST_GOODPUT)}); ${percent(raw)} as it stands`,
    },
    bar(`${name}: nine refusals of ten within`, percentile(part.refusedMs, 0.9), MOST_REFUSED_MS, 'ms'),
    bar(`${name}: refusals without Retry-After`, part.withoutRetryAfter, 0, ''),
    bar(`${name}: connections that were cut`, part.unanswered, 0, ''),
    bar(`${name}: /health p99`, percentile(part.probe.healthMs, 0.99), MOST_HEALTH_MS, 'ms'),
    bar(`${name}: hits p95`, percentile(part.probe.hitMs, 0.95), MOST_HIT_MS, 'ms'),
    bar(
      `${name}: the server process grew by`,
      (part.rssBytes - restingBytes) / 1e6,
      MOST_GROWTH_BYTES / 1e6,
      'MB',
    ),
    bar(`${name}: afterwards a new variant took`, part.recoveryMs, MOST_RECOVERY_MS, 'ms'),
  ];
}

/** @param {string} name @param {number} value @param {number} most @param {string} unit */
function bar(name, value, most, unit) {
  const digits = unit === '' && most > 0 ? 2 : 0;
  return {
    holds: value <= most,
    text: `${name} ${value.toFixed(digits)} ${unit} (at most ${most})`.replace('  ', ' '),
  };
}

/** @param {Part} part */
function columns(part) {
  const { servedMs, refusedMs, probe, cores } = part;
  const ms = (/** @type {number[]} */ values, /** @type {number} */ fraction) =>
    values.length === 0 ? '-' : percentile(values, fraction).toFixed(0);
  return {
    'served/s': perSecond(part).toFixed(1),
    'served p50, p99 ms': `${ms(servedMs, 0.5)}, ${ms(servedMs, 0.99)}`,
    'refused/s': (refusedMs.length / part.seconds).toFixed(0),
    'refused p50, p90 ms': `${ms(refusedMs, 0.5)}, ${ms(refusedMs, 0.9)}`,
    '/health p99 ms': ms(probe.healthMs, 0.99),
    'hits p95 ms': ms(probe.hitMs, 0.95),
    'server, all MB': `${(part.rssBytes / 1e6).toFixed(0)}, ${(part.treeBytes / 1e6).toFixed(0)}`,
    'cores: renders, server, load, probe': Object.values(cores)
      .map((count) => count.toFixed(2))
      .join(', '),
  };
}

/** @param {Outcome} outcome */
function perSecond({ servedMs, seconds }) {
  return servedMs.length / seconds;
}

/** @param {number} ratio */
function percent(ratio) {
  return `${(ratio * 100).toFixed(0)} %`;
}

/** @param {number[]} values @param {number} fraction */
function percentile(values, fraction) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}
