import { advice, type Finding, ok, problem } from './finding.ts';

/** What a request through the front came to. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly code: unknown;
}

const TIMEOUT_MS = 10_000;
const MAX_CLOCK_SKEW_MS = 10_000;
const SIGNED_ONLY = 'signature_required';
const NO_PICTURE = '0'.repeat(40);

/** Asks a running server by the address that its clients use, with whatever is in front of it. */
export async function checkFront(url: string): Promise<Finding[]> {
  let health: Answer;
  try {
    health = await ask(url, '/health');
  } catch (error) {
    const reason = error instanceof Error ? String(error.cause ?? error.message) : String(error);
    return [problem('address', `${url} does not answer: ${reason}`, 'start the server, or correct --url')];
  }
  if (health.status !== 200) {
    return [problem('address', `${url}/health is a ${health.status}`, 'see the log of what is in front')];
  }
  return [
    ok('address', `${url} answers, ${health.headers.get('server') ?? 'with no name of a server'}`),
    checkTime(health),
    await checkReady(url),
    await checkPaths(url),
    await checkErrors(url),
    await checkMetricsAccess(url),
  ];
}

function checkTime({ headers }: Answer): Finding {
  const skewMs = Math.abs(Date.parse(headers.get('date') ?? '') - Date.now());
  if (!(skewMs > MAX_CLOCK_SKEW_MS)) return ok('its clock', 'agrees with this machine');
  return problem('its clock', `differs by ${Math.round(skewMs / 1000)} s`, 'let both keep their time by NTP');
}

async function checkReady(url: string): Promise<Finding> {
  const { status } = await ask(url, '/ready');
  if (status === 200) return ok('ready', 'yes');
  return problem('ready', `${url}/ready is a ${status}`, 'it names its reasons: curl it');
}

/** A path has to arrive as it was sent: `//` and `%2F` mean something to the server, and `%3E` is a part of sizes. */
async function checkPaths(url: string): Promise<Finding> {
  const doubled = await ask(url, `/image//${NO_PICTURE}`);
  const encoded = await ask(url, `/image/${NO_PICTURE}/resize/1x1%3E`);
  if (encoded.code === SIGNED_ONLY) return ok('paths', 'only signed addresses are answered: not looked at');
  const isUntouched = doubled.code === 'empty_segment' && encoded.code === 'not_found';
  if (isUntouched) return ok('paths', 'arrive as they were sent');
  const message = `are changed on their way (${String(doubled.code ?? doubled.status)}, ${String(encoded.code ?? encoded.status)})`;
  return problem(
    'paths',
    message,
    'nginx: `merge_slashes off;` and a bare proxy_pass, as in deploy/nginx.conf',
  );
}

async function checkErrors(url: string): Promise<Finding> {
  const { headers, code } = await ask(url, `/image/${NO_PICTURE}`);
  if (code !== 'not_found' && code !== SIGNED_ONLY) {
    return problem('errors', 'come from somebody else', 'nginx: leave proxy_intercept_errors off');
  }
  if (headers.get('cache-control')?.includes('no-store') === true)
    return ok('errors', 'pass, and nobody keeps them');
  return advice('errors', 'lose their Cache-Control', 'let the headers of the server pass');
}

async function checkMetricsAccess(url: string): Promise<Finding> {
  const { status } = await ask(url, '/metrics');
  if (status !== 200) return ok('metrics', `are not for everybody (${status})`);
  return advice(
    'metrics',
    'can be read by everybody at this address',
    'set METRICS_KEYS, or deny /metrics in front',
  );
}

async function ask(url: string, target: string): Promise<Answer> {
  const response = await fetch(`${url}${target}`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const { status, headers } = response;
  return { status, headers, code: codeOf(await response.text()) };
}

function codeOf(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  } catch {
    return undefined;
  }
}
