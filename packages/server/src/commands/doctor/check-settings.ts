import type { Settings } from '../../config/schema.ts';
import { advice, type Finding } from './finding.ts';

const LOOPBACK = /^(?:127\.|localhost$|::1$)/;

/** Settings that are each right and do not go together, or leave a door open. */
export function checkSettings(settings: Settings): Finding[] {
  return [
    timeToStop(settings),
    whoMayRead(settings),
    whatIsFetched(settings),
    whoSeesMetrics(settings),
    whoIsAClient(settings),
  ].flatMap((finding) => finding ?? []);
}

function timeToStop({
  shutdownDeadlineMs,
  renderDeadlineMs,
  renderQueueWaitMs,
}: Settings): Finding | undefined {
  const neededMs = renderDeadlineMs + renderQueueWaitMs;
  if (shutdownDeadlineMs >= neededMs) return undefined;
  return advice(
    'SHUTDOWN_DEADLINE_MS',
    `${shutdownDeadlineMs} ms, but a request may take ${neededMs} ms: some are cut off at a restart`,
    `set it to ${neededMs} or more, and the patience of what supervises the server above that`,
  );
}

function whoMayRead({ auth, host }: Settings): Finding | undefined {
  if (auth !== 'open' || LOOPBACK.test(host)) return undefined;
  return advice(
    'AUTH',
    `open on ${host}: whoever reaches the server may upload and delete`,
    'set API_KEYS, unless only friends reach it',
  );
}

function whatIsFetched({ external, externalAllowHosts, signatures }: Settings): Finding | undefined {
  if (!external || externalAllowHosts !== undefined || signatures === 'required') return undefined;
  return advice(
    'EXTERNAL',
    'anybody may have any picture of the internet fetched and worked on',
    'set SIGNATURES=required, EXTERNAL_ALLOW_HOSTS, or EXTERNAL=off',
  );
}

function whoSeesMetrics({ metrics, metricsKeys, host }: Settings): Finding | undefined {
  if (!metrics || metricsKeys !== undefined || LOOPBACK.test(host)) return undefined;
  return advice('METRICS', 'whoever reaches the server may read them', 'set METRICS_KEYS, or METRICS=off');
}

function whoIsAClient({ host, trustedProxies }: Settings): Finding | undefined {
  if (!LOOPBACK.test(host) || trustedProxies.length > 0) return undefined;
  return advice(
    'TRUSTED_PROXIES',
    `nobody outside reaches ${host} but through a proxy, and then all of them are one client to the server`,
    `set TRUSTED_PROXIES=${host === 'localhost' ? '127.0.0.1' : host}, if there is one that sets X-Forwarded-For`,
  );
}
