import { BlockList, isIP } from 'node:net';
import type { ConfigurationProblem } from './configuration-error.ts';
import { MIN_SECRET_LENGTH } from './setting-kinds.ts';

/** What is wrong with who may write: nobody may reach a server from outside that takes uploads from anybody by accident. */
export function accessProblems(settings: {
  readonly host: string;
  readonly auth: 'keys' | 'open';
  readonly apiKeys?: readonly unknown[] | undefined;
}): ConfigurationProblem[] {
  const { host, auth, apiKeys } = settings;
  if (auth === 'open' && apiKeys !== undefined) {
    return [
      {
        name: 'AUTH',
        given: auth,
        message: 'says that anybody may write, but API_KEYS is set too: keep one of them',
      },
    ];
  }
  if (auth === 'open' || apiKeys !== undefined || isLoopbackHost(host)) return [];
  return [
    {
      name: 'HOST',
      given: host,
      message:
        'can be reached from other machines, and nothing says who may upload and delete: set ' +
        `API_KEYS=<secret of at least ${MIN_SECRET_LENGTH} characters>, or AUTH=open where anybody may`,
    },
  ];
}

/** What is wrong with signing: without a key nothing can be signed, and every address would be refused. */
export function signingProblems(settings: {
  readonly signatures: 'off' | 'optional' | 'required';
  readonly signingKeys?: readonly string[] | undefined;
}): ConfigurationProblem[] {
  const { signatures, signingKeys } = settings;
  if (signatures === 'off' || signingKeys !== undefined) return [];
  const message = `needs a key: set SIGNING_KEYS=<secret of at least ${MIN_SECRET_LENGTH} characters>`;
  return [{ name: 'SIGNATURES', given: signatures, message }];
}

/** Keys for signing protect nothing as long as nobody asks for signatures. */
export function signingWarnings(settings: {
  readonly signatures: 'off' | 'optional' | 'required';
  readonly signingKeys?: readonly string[] | undefined;
}): string[] {
  if (settings.signatures !== 'off' || settings.signingKeys === undefined) return [];
  return ['SIGNING_KEYS is set, but SIGNATURES is off: addresses need no signature'];
}

/** What is wrong with the rules for recipes: with presets only and none of them, nothing could be asked for. */
export function recipeProblems(settings: {
  readonly presetsOnly: boolean;
  readonly presets?: ReadonlyMap<string, unknown> | undefined;
}): ConfigurationProblem[] {
  const { presetsOnly, presets } = settings;
  if (!presetsOnly || presets !== undefined) return [];
  return [{ name: 'PRESETS_ONLY', given: 'on', message: 'needs presets: set PRESETS=<name>=<recipe>' }];
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether only this machine can reach a server that listens there: `127.0.0.0/8`, `::1`, `localhost`. */
export function isLoopbackHost(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
