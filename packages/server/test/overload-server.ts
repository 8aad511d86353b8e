import { request } from 'node:http';
import { get as fetchWhole, upload } from './client.ts';
import { childrenOf } from './faults/support/processes.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | undefined;
  readonly tookMs: number;
}

/** A server whose renders can be held, and variants that nobody has asked for before. */
export interface OverloadServer {
  readonly server: ServerProcess;
  /** A target whose variant is not in the cache. */
  freshTarget(): string;
  /** Stops the render processes, until `goOn`. */
  hold(): void;
  goOn(): void;
  /** Jobs that wait, and jobs that run. */
  jobs(): Promise<{ readonly waiting: number; readonly running: number }>;
  /** Asks from an address of this machine, as a proxy does for a client. */
  ask(
    target: string,
    options?: { from?: string; forwardedFor?: string; signal?: AbortSignal },
  ): Promise<Answer>;
}

/** Starts it, with one picture stored. */
export async function startOverloadServer(
  settings: Readonly<Record<string, string>>,
): Promise<OverloadServer> {
  const server = await startServer({ RENDER_PROCESSES: '1', ...settings });
  const { hash } = await upload(server.url, await photo(1200, 900).jpeg().toBuffer());
  let made = 0;
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    for (const pid of childrenOf(server.pid)) process.kill(pid, name);
  };
  return {
    server,
    freshTarget: () => {
      made += 1;
      return `/image/${hash}/resize/300x${300 + made}`;
    },
    hold: () => signal('SIGSTOP'),
    goOn: () => signal('SIGCONT'),
    async jobs() {
      const metrics = (await fetchWhole(`${server.url}/metrics`)).bytes.toString();
      const read = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
      return { waiting: read('images_render_queue_depth'), running: read('images_render_running') };
    },
    ask: (target, options = {}) => ask(server.url + target, options),
  };
}

function ask(
  url: string,
  {
    from = '127.0.0.1',
    forwardedFor,
    signal,
  }: { from?: string; forwardedFor?: string; signal?: AbortSignal },
): Promise<Answer> {
  const headers = forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor };
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      // A connection of its own: a kept one may be closed at the moment at which it is used again.
      agent: false,
      localAddress: from,
      headers,
      ...(signal === undefined ? {} : { signal }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        const isJson = response.headers['content-type']?.startsWith('application/json') === true;
        const { code } = isJson ? (JSON.parse(body.toString()) as { code?: string }) : {};
        const retryAfter = response.headers['retry-after'];
        resolve({
          status: response.statusCode ?? 0,
          code,
          retryAfter,
          tookMs: performance.now() - startedMs,
        });
      });
    });
    outgoing.end();
  });
}
