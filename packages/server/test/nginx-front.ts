import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const CONFIGURATION = new URL('../../../deploy/nginx.conf', import.meta.url);

export interface NginxFront {
  readonly port: number;
  stop(): Promise<void>;
}

/** Runs nginx with `deploy/nginx.conf` on a free port; only ports, folder and the time it keeps answers are changed. */
export async function startNginx(options: {
  upstreamPort: number;
  keepSeconds: number;
}): Promise<NginxFront> {
  const folder = await mkdtemp(path.join(tmpdir(), 'images-server-nginx-'));
  const port = await freePort();
  await writeFile(path.join(folder, 'images-server.conf'), await adapted({ ...options, folder, port }));
  await writeFile(path.join(folder, 'nginx.conf'), enclosing(folder));

  const nginx = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', path.join(folder, 'nginx.conf')], {
    env: { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const messages: string[] = [];
  await new Promise<void>((resolve, reject) => {
    nginx.once('error', (cause) =>
      reject(new Error('this test runs nginx: install it (apt-get install nginx)', { cause })),
    );
    nginx.once('exit', () => reject(new Error(`nginx does not start:\n${messages.join('\n')}`)));
    createInterface({ input: nginx.stderr }).on('line', (line) => {
      messages.push(line);
      if (line.includes('start worker process ')) resolve();
    });
  });
  const exited = once(nginx, 'exit');
  return {
    port,
    async stop() {
      nginx.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

async function adapted(options: {
  upstreamPort: number;
  keepSeconds: number;
  folder: string;
  port: number;
}): Promise<string> {
  const replacements = [
    ['listen 80;', `listen 127.0.0.1:${options.port};`],
    ['server 127.0.0.1:5000;', `server 127.0.0.1:${options.upstreamPort};`],
    ['/var/cache/images-server', path.join(options.folder, 'cache')],
    ['proxy_cache_valid 200 60s;', `proxy_cache_valid 200 ${options.keepSeconds}s;`],
  ] as const;
  const shipped = await readFile(CONFIGURATION, 'utf8');
  return replacements.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`deploy/nginx.conf no longer says "${from}"`);
    return text.replaceAll(from, to);
  }, shipped);
}

function enclosing(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${path.join(folder, name)};`,
  );
  // Its workers must get into the temporary folder, which belongs to whoever runs the tests.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `${user}
    daemon off;
    pid ${path.join(folder, 'nginx.pid')};
    error_log stderr notice;
    worker_processes 1;
    events { worker_connections 1024; }
    http { access_log off; ${temporary.join(' ')} include ${path.join(folder, 'images-server.conf')}; }
  `;
}
