// Load generator of `npm run bench:overload`, a process of its own: clients on bare sockets that ask for variants that
// nobody has asked for before, and take a refusal for an answer.
import { connect } from 'node:net';

/**
 * @typedef {object} Load
 * @property {number} port
 * @property {string[]} hashes the pictures
 * @property {number} width of the variants, in pixels
 * @property {number} firstTarget each request asks for a variant of its own, counted from here
 * @property {number} seconds in all
 * @property {number} settleSeconds at the beginning, in which nothing is counted
 * @property {number} clients connections at most; all of them from the start, unless `perSecond` is given
 * @property {number} addresses how many addresses the clients come from
 * @property {number} firstAddress the number of the first of these
 * @property {[number, number]} pauseMs how long a client waits after a refusal, at least and at most
 * @property {number} [perSecond] open loop: so many requests a second, whatever becomes of them; else each client asks
 *   again when it has its answer
 */

/**
 * @typedef {object} Outcome
 * @property {number} seconds that were counted
 * @property {number} asked in all
 * @property {number[]} servedMs how long the answers with 200 took
 * @property {number[]} refusedMs how long those with 429 or 503 took
 * @property {Record<string, number>} statuses
 * @property {number} unanswered connections that ended without an answer, and requests that found none free
 * @property {number} withoutRetryAfter refusals that do not say when to come again
 */

process.on('message', async (/** @type {Load} */ load) => {
  process.send?.(await run(load));
});

/** @param {Load} load @returns {Promise<Outcome>} */
async function run(load) {
  /** @type {Outcome} */
  const outcome = {
    seconds: 0,
    asked: 0,
    servedMs: [],
    refusedMs: [],
    statuses: {},
    unanswered: 0,
    withoutRetryAfter: 0,
  };
  const countsFromMs = performance.now() + load.settleSeconds * 1000;
  const endMs = performance.now() + load.seconds * 1000;
  const field = createField(load, outcome, { countsFromMs, endMs });
  await (load.perSecond === undefined ? closedLoop(load, field) : openLoop(load, field, load.perSecond));
  outcome.seconds = (performance.now() - countsFromMs) / 1000;
  field.end();
  return outcome;
}

/** @typedef {{ ask: () => Promise<boolean>, end: () => void, isBroken: () => boolean }} Client */
/** @typedef {ReturnType<typeof createField>} Field */

/**
 * What the clients share: which box is next, when it ends, where to count.
 * @param {Load} load @param {Outcome} outcome @param {{ countsFromMs: number, endMs: number }} times
 */
function createField(load, outcome, { countsFromMs, endMs }) {
  const clients = /** @type {Set<Client>} */ (new Set());
  let asked = 0;
  return {
    outcome,
    counts: () => performance.now() >= countsFromMs,
    isOver: () => performance.now() >= endMs,
    untilEnd: () => pause(Math.max(0, endMs - performance.now())),
    nextTarget() {
      const target = targetOf(load, load.firstTarget + asked);
      asked += 1;
      outcome.asked += 1;
      return target;
    },
    open() {
      const client = createClient(load, this, addressOf(load.firstAddress + (clients.size % load.addresses)));
      clients.add(client);
      return client;
    },
    end() {
      for (const client of clients) client.end();
    },
  };
}

const HEIGHTS = 15_000;

/**
 * Each number another variant and the same work: all photographs are wider than high, so the height of the box that they
 * are fitted into settles nothing.
 * @param {Pick<Load, 'hashes' | 'width'>} load @param {number} number
 */
export function targetOf({ hashes, width }, number) {
  const hash = hashes[number % hashes.length];
  const box = Math.floor(number / hashes.length);
  const quality = 80 + (Math.floor(box / HEIGHTS) % 5);
  return `/image/${hash}/resize/${width}x${width + (box % HEIGHTS)}/quality/${quality}/format/jpeg`;
}

/** All of 127.0.0.0/8 is this machine. @param {number} index */
function addressOf(index) {
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

/** @param {Load} load @param {Field} field */
async function closedLoop(load, field) {
  for (let count = 0; count < load.clients; count += 1) void keepAsking(load, field);
  await field.untilEnd();
}

/** @param {Load} load @param {Field} field */
async function keepAsking(load, field) {
  const [leastMs, mostMs] = load.pauseMs;
  let client = field.open();
  // Not all at the same moment.
  await pause(Math.random() * mostMs);
  while (!field.isOver()) {
    if (client.isBroken()) client = field.open();
    if (!(await client.ask())) await pause(leastMs + Math.random() * (mostMs - leastMs));
  }
}

/** @param {Load} load @param {Field} field @param {number} perSecond */
async function openLoop(load, field, perSecond) {
  const idle = /** @type {Client[]} */ ([]);
  const beganMs = performance.now();
  let begun = 0;
  let open = 0;
  const begin = async () => {
    const client = idle.pop() ?? (open < load.clients ? field.open() : undefined);
    if (client === undefined) {
      field.outcome.unanswered += 1;
      return;
    }
    open += 1;
    await client.ask();
    open -= 1;
    if (!client.isBroken()) idle.push(client);
  };
  while (!field.isOver()) {
    for (const due = ((performance.now() - beganMs) / 1000) * perSecond; begun < due; begun += 1)
      void begin();
    await pause(5);
  }
}

/**
 * One connection. `ask` resolves with whether the answer was the picture.
 * @param {Load} load @param {Field} field @param {string} localAddress @returns {Client}
 */
function createClient(load, field, localAddress) {
  const { outcome } = field;
  let missing = 0;
  let askedMs = 0;
  let isBroken = false;
  let isServed = false;
  let answer = (/** @type {boolean} */ _isServed) => {};

  /** @param {number} length @param {Uint8Array} bytes */
  function receive(length, bytes) {
    let received = length;
    if (missing === 0) {
      const head = parseHead(Buffer.from(bytes.buffer, 0, length));
      missing = head.bodyBytes;
      received -= head.headBytes;
      isServed = head.status === '200';
      if (field.counts()) count(outcome, head);
    }
    missing -= received;
    if (missing === 0) {
      if (field.counts()) (isServed ? outcome.servedMs : outcome.refusedMs).push(performance.now() - askedMs);
      answer(isServed);
    }
    return true;
  }

  // `onread`: no new buffer for each segment, which would be most of this process's work.
  const onread = { buffer: new Uint8Array(64 * 1024), callback: receive };
  const socket = connect({ port: load.port, host: '127.0.0.1', localAddress, noDelay: true, onread });
  socket.on('error', () => {});
  socket.on('close', () => {
    if (isBroken) return;
    isBroken = true;
    if (field.counts()) outcome.unanswered += 1;
    answer(false);
  });
  return {
    isBroken: () => isBroken,
    ask: () =>
      new Promise((resolve) => {
        if (isBroken) return resolve(false);
        answer = resolve;
        askedMs = performance.now();
        socket.write(`GET ${field.nextTarget()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, 'latin1');
      }),
    end() {
      isBroken = true;
      socket.destroy();
    },
  };
}

/** @param {Outcome} outcome @param {{ status: string, hasRetryAfter: boolean }} head */
function count(outcome, { status, hasRetryAfter }) {
  outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1;
  if (status !== '200' && !hasRetryAfter) outcome.withoutRetryAfter += 1;
}

/** @param {Buffer} chunk the head of an answer, and what follows */
function parseHead(chunk) {
  const end = chunk.indexOf('\r\n\r\n');
  const head = chunk.toString('latin1', 0, end + 2);
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 ') || length === undefined)
    throw new Error(`no head: ${head.slice(0, 400)}`);
  return {
    status: head.slice(9, 12),
    hasRetryAfter: /\r\nretry-after: \d+\r\n/i.test(head),
    bodyBytes: Number(length),
    headBytes: end + 4,
  };
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
