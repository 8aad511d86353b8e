import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; the last one counts. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method?: string;
  /** Sent as it stands. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** One request on one socket with its target byte for byte: fetch and curl would tidy it up. */
export async function rawRequest(port: number, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', target, body } = request;
  const headers = {
    Host: 'pictures.example',
    Connection: 'close',
    ...(body === undefined ? {} : { 'Content-Length': String(body.byteLength) }),
    ...request.headers,
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  // A server that refuses a body may close before all of it has been sent; its answer counts, not the broken pipe.
  socket.on('error', () => {});
  socket.write(`${method} ${target} HTTP/1.1\r\n${head.join('')}\r\n`, 'latin1');
  if (body !== undefined) socket.write(body);
  await once(socket, 'close');
  return parseAnswer(Buffer.concat(received), method);
}

function parseAnswer(bytes: Buffer, method: string): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, Math.max(0, end)).split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  if (!Number.isInteger(status))
    throw new Error(`no HTTP answer: ${JSON.stringify(bytes.toString('latin1', 0, 100))}`);
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const rest = bytes.subarray(end + 4);
  const chunked = headers.get('transfer-encoding') === 'chunked' && method !== 'HEAD';
  return { status, headers, body: chunked ? dechunk(rest) : rest };
}

function dechunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
