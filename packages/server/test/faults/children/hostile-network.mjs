// The rest of the world, inside a network namespace in which every address is this machine's own: an origin at port 80 of
// each, a name server at port 53, and a client that asks the server that is tested. Commanded over IPC.
import { createSocket } from 'node:dgram';
import { createServer, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const PUBLIC = '93.184.216.34';
const picture = Buffer.from(process.argv[2] ?? '', 'base64');
/** The local address of each connection: whom somebody thought to have reached. */
const reached = [];
const requests = [];

const BEHAVIOURS = {
  '/redirect': (request, response) => {
    response.writeHead(301, { location: new URL(request.url, 'http://a').searchParams.get('to') }).end();
  },
  '/chain': (request, response) => {
    const left = Number(new URL(request.url, 'http://a').searchParams.get('left'));
    if (left === 0) response.end(picture);
    else response.writeHead(302, { location: `/chain?left=${left - 1}` }).end();
  },
  '/no-location': (_request, response) => response.writeHead(301).end(),
  '/endless': async (_request, response) => {
    response.on('error', () => {});
    const block = Buffer.alloc(65_536, 1);
    for (let bytes = 0; bytes < 1024 ** 3 && !response.destroyed; bytes += block.length) {
      if (!response.write(block))
        await Promise.race([new Promise((go) => response.once('drain', go)), sleep(1000)]);
    }
    response.end();
  },
  '/huge-length': (_request, response) =>
    response.writeHead(200, { 'content-length': 10 * 1024 ** 3 }).write(picture),
  '/short': (_request, response) => {
    response.writeHead(200, { 'content-length': picture.length * 2 });
    response.write(picture, () => response.socket.end());
  },
  '/long': (_request, response) => {
    response.socket.end(
      Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n`),
        picture,
      ]),
    );
  },
  '/reset': (_request, response) => {
    response.writeHead(200, { 'content-length': picture.length });
    response.write(picture.subarray(0, 100), () => response.socket.resetAndDestroy());
  },
  '/gzip': (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip, gzip, gzip' }).end(picture),
  '/html': (_request, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end('<!doctype html><script>1</script>'),
  '/204': (_request, response) => response.writeHead(204).end(),
  '/206': (_request, response) => response.writeHead(206, { 'content-range': 'bytes 0-9/100' }).end(picture),
  '/500': (_request, response) => response.writeHead(500).end(picture),
  '/drip': async (_request, response) => {
    response.on('error', () => {});
    response.writeHead(200, { 'content-length': picture.length });
    for (let at = 0; at < 60 && !response.destroyed; at += 1) {
      response.write(picture.subarray(at, at + 1));
      await sleep(1000);
    }
  },
  '/silent': () => {},
  '/headers': (_request, response) => {
    const headers = {
      'content-type': 'text/html',
      'content-disposition': 'attachment; filename="evil.html"',
      'set-cookie': 'a=b',
      'x-evil': '1',
      link: '<https://evil.example>; rel=preload',
      'cache-control': 'public, max-age=1',
      'content-security-policy': 'default-src *',
    };
    response.writeHead(200, headers).end(picture);
  },
};

function answer(request, response) {
  requests.push(request.url);
  const behaviour = BEHAVIOURS[request.url.split('?', 1)[0]];
  if (behaviour === undefined) response.end(picture);
  else behaviour(request, response);
}

async function startOrigin() {
  const server = createServer(answer);
  server.on('connection', (socket) => {
    reached.push(socket.localAddress.replace(/^::ffff:(?=\d+\.)/, ''));
    socket.on('error', () => {});
  });
  // Both families: an IPv6 socket takes IPv4 as well.
  await new Promise((resolve) => server.listen(80, '::', resolve));
}

let rebindings = 0;
const NAMES = {
  'public.test': () => [PUBLIC],
  'private.test': () => ['127.0.0.1'],
  'metadata.test': () => ['169.254.169.254'],
  'mixed.test': () => [PUBLIC, '10.0.0.1'],
  'rebinding.test': () => [rebindings++ % 2 === 0 ? PUBLIC : '127.0.0.1'],
};

/** RFC 1035 4.1.2: labels, each after its length. */
function nameIn(labels) {
  const names = [];
  for (let at = 0; at < labels.length; at += labels[at] + 1) {
    names.push(labels.toString('latin1', at + 1, at + 1 + labels[at]));
  }
  return names.join('.').toLowerCase();
}

/** RFC 1035: the question comes back; each answer points to its name, and lives for 0 seconds. */
function startNameServer() {
  const socket = createSocket('udp6');
  socket.on('message', (question, from) => {
    const nameEnd = question.indexOf(0, 12);
    const name = nameIn(question.subarray(12, nameEnd));
    if (name.endsWith('dead.test')) return;
    const isIpv4 = question.readUInt16BE(nameEnd + 1) === 1;
    const addresses = isIpv4 ? (NAMES[name]?.() ?? []) : [];
    const answers = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    );
    const head = Buffer.from(question.subarray(0, nameEnd + 5));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(answers.length, 6);
    head.writeUInt32BE(0, 8);
    socket.send(Buffer.concat([head, ...answers]), from.port, from.address);
  });
  return new Promise((resolve) => socket.bind(53, '::', resolve));
}

function ask(url) {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('latin1');
        const tookMs = performance.now() - startedMs;
        resolve({ status: response.statusCode, headers: response.headers, body, tookMs });
      });
    }).on('error', reject);
  });
}

async function upload(url, base64) {
  const form = new FormData();
  form.append('file', new Blob([Buffer.from(base64, 'base64')]), 'picture');
  const response = await fetch(`${url}/upload`, { method: 'POST', body: form });
  return { status: response.status, headers: {}, body: await response.text(), tookMs: 0 };
}

process.on('message', async ({ id, url, file }) => {
  if (url === undefined) {
    process.send({ id, reached: reached.splice(0), requests: requests.splice(0) });
    return;
  }
  try {
    process.send({ id, answer: await (file === undefined ? ask(url) : upload(url, file)) });
  } catch (error) {
    process.send({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));

await startOrigin();
await startNameServer();
process.send({ ready: true });
