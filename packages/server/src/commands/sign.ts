import { parseArgs } from 'node:util';
import { signTarget } from '@images-server/recipe';
import { settingsObject } from '../config/schema.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';

/** `images-server sign`: signs a request target with the first of `SIGNING_KEYS`. */
export const signCommand: Command = {
  usage: ['sign <target> [--expires <unix seconds> | --expires-in <seconds>]'],
  summary:
    'prints the target (/image/<hash>/resize/400x) with its signature, by the first of SIGNING_KEYS in the environment',
  run: sign,
};

async function sign(args: readonly string[], { environment, print }: CommandContext): Promise<number> {
  const { target, expires } = readArguments(args);
  const secret = signingKey(environment.SIGNING_KEYS);
  try {
    print(await signTarget(target, secret, expires === undefined ? {} : { expires }));
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
  return 0;
}

function readArguments(args: readonly string[]): { target: string; expires: number | undefined } {
  const { values, positionals } = parse(args);
  const [target, ...others] = positionals;
  if (target === undefined || others.length > 0) throw new UsageError('expected one target');
  const { expires, 'expires-in': expiresIn } = values;
  if (expires !== undefined && expiresIn !== undefined) throw new UsageError('expected one time at most');
  if (expiresIn !== undefined) {
    return { target, expires: Math.floor(Date.now() / 1000) + wholeSeconds(expiresIn) };
  }
  return { target, expires: expires === undefined ? undefined : wholeSeconds(expires) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { expires: { type: 'string' }, 'expires-in': { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeSeconds(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`"${text}" is not a number of seconds`);
  return Number(text);
}

/** The message never holds what was given: it is a secret. */
function signingKey(given: string | undefined): string {
  const { signingKeys } = settingsObject.shape;
  const read = signingKeys.safeParse(given?.trim() === '' ? undefined : given?.trim());
  if (!read.success) throw new UsageError(`SIGNING_KEYS ${read.error.issues[0]?.message ?? 'is wrong'}`);
  const [first] = read.data ?? [];
  if (first === undefined) throw new UsageError('set SIGNING_KEYS=<secret> in the environment');
  return first;
}
