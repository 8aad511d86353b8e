// Probe of `npm run bench:overload`, a process of its own: how long `/health`, and pictures that are in the cache, take
// while others load the server.
import { Agent, get } from 'node:http';

/**
 * @typedef {{ port: number, hits: string[], everyMs: number }} ProbeOrder
 * @typedef {{ healthMs: number[], hitMs: number[], failures: string[] }} ProbeReport
 */

const agent = new Agent({ keepAlive: true });
const state = {
  timer: /** @type {NodeJS.Timeout | undefined} */ (undefined),
  report: /** @type {ProbeReport} */ ({ healthMs: [], hitMs: [], failures: [] }),
};

process.on('message', (/** @type {ProbeOrder | 'report'} */ order) => {
  clearInterval(state.timer);
  if (order === 'report') {
    process.send?.(state.report);
    return;
  }
  state.report = { healthMs: [], hitMs: [], failures: [] };
  let round = 0;
  state.timer = setInterval(() => {
    round += 1;
    const { report } = state;
    const hit = order.hits[round % order.hits.length] ?? '/health';
    // Every other one on a connection of its own: visitors that come anew have to get in.
    void ask(report, order.port, '/health', round % 2 === 0).then((ms) => report.healthMs.push(ms));
    void ask(report, order.port, hit, round % 2 === 1).then((ms) => report.hitMs.push(ms));
  }, order.everyMs);
});

/** @param {ProbeReport} report @param {number} port @param {string} path @param {boolean} keeps the connection */
function ask(report, port, path, keeps) {
  return new Promise((resolve) => {
    const askedMs = performance.now();
    const failed = (/** @type {string} */ why) => {
      report.failures.push(`${path}: ${why}`);
      resolve(Number.POSITIVE_INFINITY);
    };
    const request = get({ port, host: '127.0.0.1', path, agent: keeps ? agent : false }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - askedMs);
        else failed(String(response.statusCode));
      });
    });
    request.on('error', (error) => failed(error.message));
  });
}
