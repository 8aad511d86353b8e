// The load generator, a process of its own. It speaks just enough HTTP on bare sockets to cost less than any server.
import { connect } from 'node:net';

/**
 * @typedef {{ port: number, targets: string[], connections: number }} Load each target is asked for once, in order
 * @typedef {{ seconds: number, latenciesMs: number[], bytes: number, xCache: Record<string, number> }} Outcome
 */

process.on('message', async (/** @type {Load} */ load) => {
  process.send?.(await run(load));
});

/** @param {Load} load @returns {Promise<Outcome>} */
async function run({ port, targets, connections }) {
  /** @type {Outcome} */
  const outcome = { seconds: 0, latenciesMs: [], bytes: 0, xCache: {} };
  const queue = targets.values();
  const begin = performance.now();
  await Promise.all(Array.from({ length: connections }, () => drain(port, queue, outcome)));
  outcome.seconds = (performance.now() - begin) / 1000;
  return outcome;
}

const RECEIVE_BYTES = 64 * 1024;

/**
 * One connection: asks for the next target when the last has been answered.
 * @param {number} port @param {IterableIterator<string>} queue @param {Outcome} outcome
 */
function drain(port, queue, outcome) {
  return new Promise((resolve, reject) => {
    let asked = 0;
    let missing = 0;
    let target = '';
    const next = () => {
      const { done, value } = queue.next();
      if (done) {
        socket.end();
        resolve(undefined);
        return;
      }
      target = value;
      asked = performance.now();
      socket.write(`GET ${value} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, 'latin1');
    };
    const receive = (/** @type {number} */ count, /** @type {Uint8Array} */ bytes) => {
      let received = count;
      if (missing === 0) {
        const { bodyBytes, headBytes, xCache } = parseHead(Buffer.from(bytes.buffer, 0, count), target);
        missing = bodyBytes;
        received -= headBytes;
        outcome.bytes += bodyBytes;
        outcome.xCache[xCache] = (outcome.xCache[xCache] ?? 0) + 1;
      }
      missing -= received;
      if (missing === 0) {
        outcome.latenciesMs.push(performance.now() - asked);
        next();
      }
      return true;
    };
    // `onread`: no new buffer for each segment, which would be most of this process's work.
    const onread = { buffer: new Uint8Array(RECEIVE_BYTES), callback: receive };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    socket.on('connect', next);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
  });
}

/** @param {Buffer} chunk @param {string} target */
function parseHead(chunk, target) {
  // Heads of all servers measured here fit into their first segment.
  const end = chunk.indexOf('\r\n\r\n');
  const head = chunk.toString('latin1', 0, end + 2);
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) {
    throw new Error(`${target} was answered with ${chunk.toString('latin1', 0, 400)}`);
  }
  return {
    bodyBytes: Number(length),
    headBytes: end + 4,
    xCache: /\r\nx-cache: (\S+)/i.exec(head)?.[1] ?? 'none',
  };
}
