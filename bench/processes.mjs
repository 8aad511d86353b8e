import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url));
const START_DEADLINE_MS = 10_000;

/**
 * The server as `npm start` runs it, but for its folders and port.
 * @param {string} folder
 */
export async function startServer(folder) {
  const port = await freePort();
  const child = spawn(process.execPath, [SERVER], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      STORAGE_DISK_DIR: path.join(folder, 'uploads'),
      CACHE_DISK_DIR: path.join(folder, 'cache'),
    },
  });
  const end = Date.now() + START_DEADLINE_MS;
  while (!(await isReady(port))) {
    if (child.exitCode !== null || Date.now() > end) throw new Error('the server does not start');
    await pause(50);
  }
  return { pid: pidOf(child), port, stop: () => stop(child) };
}

/**
 * A script of this folder that sends its address when it listens.
 * @param {string} script @param {string[]} words
 */
export async function startScript(script, words) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), words);
  const [address] = await once(child, 'message');
  return { pid: pidOf(child), port: Number(address.port), stop: () => stop(child) };
}

/** The load generator; one load at a time. */
export async function startLoad() {
  const worker = await startWorker('load.mjs');
  return {
    ...worker,
    /** @param {import('./load.mjs').Load} load @returns {Promise<import('./load.mjs').Outcome>} */
    run: (load) => worker.run(load),
  };
}

/**
 * A script of this folder that answers orders, one at a time.
 * @param {string} script
 */
export async function startWorker(script) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)));
  await once(child, 'spawn');
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${script} has ended`)));
  // Where it ends because it is told to, nobody waits for this any more.
  ended.catch(() => {});
  return {
    pid: pidOf(child),
    stop: () => stop(child),
    /** @param {import('node:child_process').Serializable} order */
    send: (order) => void child.send(order),
    /** @param {import('node:child_process').Serializable} order */
    async run(order) {
      const outcome = once(child, 'message');
      child.send(order);
      const [message] = await Promise.race([outcome, ended]);
      return message;
    },
  };
}

/**
 * @param {number} port @param {string} file
 * @returns {Promise<string>} the hash
 */
export async function upload(port, file) {
  const body = new FormData();
  body.append('file', await openAsBlob(file), path.basename(file));
  const answer = await fetch(`http://127.0.0.1:${port}/upload`, { method: 'POST', body });
  const { hash } = /** @type {{ hash: string }} */ (await answer.json());
  return hash;
}

/** @param {number} port */
async function isReady(port) {
  return fetch(`http://127.0.0.1:${port}/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** @param {import('node:child_process').ChildProcess} child */
function pidOf(child) {
  if (child.pid === undefined) throw new Error('the process did not start');
  return child.pid;
}

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
