import { afterAll, beforeAll } from 'vitest';
import { plain } from '../../pictures.ts';
import type { ServerProcess } from '../../server-process.ts';
import { type HostileNetwork, type NetworkAnswer, startHostileNetwork } from './hostile-network.ts';
import { missingNeeds } from './needs.ts';

/** What faults in a hostile network need of the machine. */
export const WORLD_NEEDS = ['root', 'network namespaces', 'mount namespaces'] as const;

/** An address that may be fetched from. */
export const PUBLIC_ADDRESS = '93.184.216.34';

/** How long fetching may take in the server of `useHostileWorld`. */
export const FETCH_DEADLINE_MS = 3000;

/** A hostile network with a server in it. */
export interface HostileWorld {
  network(): HostileNetwork;
  server(): ServerProcess;
  /** What the server answers for a remote picture, by its URL as it stands. */
  external(url: string, operations?: string): Promise<NetworkAnswer & { readonly code: string | undefined }>;
}

/** Starts one before the tests of a file, where the machine can, and stops it after them. */
export function useHostileWorld(): HostileWorld {
  let started: { readonly network: HostileNetwork; readonly server: ServerProcess } | undefined;

  beforeAll(async () => {
    if (missingNeeds(WORLD_NEEDS).length > 0) return;
    const network = await startHostileNetwork(await plain(40, 30, [10, 90, 160]).png().toBuffer());
    const env = { EXTERNAL_DEADLINE_MS: String(FETCH_DEADLINE_MS), RENDER_PROCESSES: '2' };
    started = { network, server: await network.startServer(env) };
  });
  afterAll(async () => {
    await started?.server.stop();
    await started?.network.stop();
  });

  function world() {
    if (started === undefined) throw new Error('there is no hostile network');
    return started;
  }

  return {
    network: () => world().network,
    server: () => world().server,
    async external(url, operations = 'resize/9x') {
      const { network, server } = world();
      const target = `${server.url}/external?url=${encodeURIComponent(url)}&operations=${operations}`;
      const answer = await network.ask(target);
      return { ...answer, code: /"code":"(\w+)"/.exec(answer.body)?.[1] };
    },
  };
}
