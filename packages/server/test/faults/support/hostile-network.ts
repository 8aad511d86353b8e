import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, startServer } from '../../server-process.ts';

const PROGRAM = fileURLToPath(new URL('../children/hostile-network.mjs', import.meta.url));

export interface NetworkAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly tookMs: number;
}

/**
 * A world of its own (a network namespace): every address of IPv4 and IPv6 is the machine's own, and at port 80 of each
 * an origin serves a picture and notes who was reached. So whatever a server may be led to connect to is seen.
 */
export interface HostileNetwork {
  /** A server in that world. */
  startServer(env?: Readonly<Record<string, string>>): Promise<ServerProcess>;
  /** Asks one of its servers. */
  ask(url: string): Promise<NetworkAnswer>;
  /** Uploads a picture that must be taken. */
  upload(serverUrl: string, bytes: Uint8Array): Promise<{ readonly hash: string }>;
  /** The addresses that have been connected to, and the targets that have been asked for, since the last time. */
  seen(): Promise<{ readonly reached: readonly string[]; readonly requests: readonly string[] }>;
  stop(): Promise<void>;
}

interface Reply {
  readonly id: number;
  readonly answer?: NetworkAnswer;
  readonly error?: string;
  readonly reached?: readonly string[];
  readonly requests?: readonly string[];
}

const SETUP = `
ip link set lo up
ip route add local 0.0.0.0/0 dev lo
ip -6 route add local ::/0 dev lo
mount --bind "$0" /etc/resolv.conf
exec "$@"`;

export async function startHostileNetwork(picture: Uint8Array): Promise<HostileNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'hostile-network-'));
  const resolvConf = join(folder, 'resolv.conf');
  await writeFile(resolvConf, 'nameserver 192.0.2.53\noptions timeout:1 attempts:2\n');
  const program = [process.execPath, PROGRAM, Buffer.from(picture).toString('base64')];
  const words = ['--net', '--mount', '--propagation', 'private', 'sh', '-ec', SETUP, resolvConf, ...program];
  const child = spawn('unshare', words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(child, 'message');
  const { pid } = child;
  if (pid === undefined) throw new Error('there is no hostile network');
  let count = 0;

  async function command(words: { url?: string; file?: string } = {}): Promise<Reply> {
    count += 1;
    const id = count;
    const reply = new Promise<Reply>((resolve) => {
      const take = (message: unknown) => {
        // Our own program sends nothing else.
        const candidate = message as Reply;
        if (candidate.id !== id) return;
        child.off('message', take);
        resolve(candidate);
      };
      child.setMaxListeners(1000).on('message', take);
    });
    child.send({ id, ...words });
    return await reply;
  }

  return {
    async startServer(env = {}) {
      const home = await mkdtemp(join(tmpdir(), 'images-server-'));
      const folders = { STORAGE_DISK_DIR: join(home, 'uploads'), CACHE_DISK_DIR: join(home, 'cache') };
      const under = ['nsenter', '--target', String(pid), '--net', '--mount'];
      return await startServer({ ...folders, ...env }, { folder: home, under });
    },
    async ask(url) {
      const { answer, error } = await command({ url });
      if (answer === undefined) throw new Error(error);
      return answer;
    },
    async upload(url, bytes) {
      const { answer } = await command({ url, file: Buffer.from(bytes).toString('base64') });
      if (answer?.status !== 200) throw new Error(`an upload was not taken: ${answer?.body}`);
      return JSON.parse(answer.body) as { hash: string };
    },
    async seen() {
      const { reached = [], requests = [] } = await command();
      return { reached, requests };
    },
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}
