// `npm run bench:overload`: the server under more load than it can take, beside what it does at its best.
// BENCH_SECONDS (of each part; 8), BENCH_PHOTOS=<folder of large JPEGs>
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { preparePhotographs } from './photographs.mjs';
import { cpuMs, memoryBytes } from './process-tree.mjs';
import { startServer, startWorker, upload } from './processes.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);

const folder = mkdtempSync(path.join(tmpdir(), 'images-server-overload-'));
const stops = /** @type {(() => Promise<void>)[]} */ ([]);
try {
  await bench();
} finally {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true });
}
async function keep(starting) {
  const started = await starting;
  stops.push(started.stop);
  return started;
}
function own(pid) {
  const s = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const f = s.slice(s.lastIndexOf(')') + 2).split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
}
function rss(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}
async function bench() {
  const photographs = path.join(folder, 'photographs');
  mkdirSync(photographs);
  const names = await preparePhotographs(photographs, process.env.BENCH_PHOTOS);
  const server = await keep(startServer(folder));
  const load = await keep(startWorker('overload-load.mjs'));
  const probe = await keep(startWorker('overload-probe.mjs'));
  const hashes = await Promise.all(names.map((name) => upload(server.port, path.join(photographs, name))));
  const hits = [];
  for (let i = 0; i < 20; i++) {
    const t = `/image/${hashes[i % hashes.length]}/resize/${300 + i}x`;
    await (await fetch(`http://127.0.0.1:${server.port}${t}`)).arrayBuffer();
    hits.push(t);
  }
  let box = 0;
  const measure = async (name, order) => {
    probe.send({ port: server.port, hits, everyMs: 20 });
    const b = [cpuMs(server.pid), own(server.pid), own(load.pid), own(probe.pid)];
    const o = await load.run({
      port: server.port,
      hashes,
      firstBox: box,
      seconds: SECONDS,
      addresses: 1,
      pauseMs: [250, 750],
      ...order,
    });
    const a = [cpuMs(server.pid), own(server.pid), own(load.pid), own(probe.pid)];
    box += o.asked;
    const p = await probe.run('report');
    const cores = a.map((v, i) => (v - b[i]) / 1000 / o.seconds);
    console.log(name, {
      goodput: (o.servedMs.length / o.seconds).toFixed(1),
      statuses: JSON.stringify(o.statuses),
      unanswered: o.unanswered,
      asked: o.asked,
      served: pc(o.servedMs),
      refused: pc(o.refusedMs),
      health: pc(p.healthMs),
      hits: pc(p.hitMs),
      fail: p.failures.length,
      cores: `tree ${cores[0].toFixed(2)} main ${cores[1].toFixed(2)} load ${cores[2].toFixed(2)} probe ${cores[3].toFixed(2)}`,
      mainUsPerRefusal: (((a[1] - b[1]) * 1000) / (o.servedMs.length + o.refusedMs.length)).toFixed(0),
      rss: rss(server.pid).toFixed(0),
      tree: (memoryBytes(server.pid) / 1e6).toFixed(0),
    });
    return o;
  };
  await measure('warm', { clients: 4, seconds: 2 });
  const peak = await measure('peak', { clients: 8 });
  await measure('crowd', { clients: 1000 });
  await pause(3000);
  await measure('open', { clients: 4000, perSecond: (10 * peak.servedMs.length) / peak.seconds });
  await pause(3000);
  await measure('peak', { clients: 8 });
}
function pc(v) {
  const s = v.toSorted((a, b) => a - b);
  return [0.5, 0.9, 0.95, 0.99, 1]
    .map((f) => s[Math.min(s.length - 1, Math.floor(s.length * f))]?.toFixed(0))
    .join(' ');
}
