import { parseArgs } from 'node:util';
import { ConfigurationError } from '../config/configuration-error.ts';
import { loadSettings, startFolder } from '../config/load.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { checkDisk } from './doctor/check-disk.ts';
import { checkFront } from './doctor/check-front.ts';
import { checkMachine, checkProcessors } from './doctor/check-machine.ts';
import { checkMemory } from './doctor/check-memory.ts';
import { checkSettings } from './doctor/check-settings.ts';
import { advice, type Finding, ok, problem } from './doctor/finding.ts';

const SICK_EXIT_CODE = 1;

/** `images-server doctor`: looks at an installation and says what to change. */
export const doctorCommand: Command = {
  usage: ['doctor [--url <address>]'],
  summary:
    'checks the machine, the disks and the settings in the environment, and with --url what is in front of a running server; says what to change (exit code 1 where something has to)',
  run: doctor,
};

async function doctor(args: readonly string[], { environment, print }: CommandContext): Promise<number> {
  const url = readUrl(args);
  const findings = [
    ...checkMachine(environment),
    ...(await checkInstallation(environment)),
    ...(url === undefined ? [] : await checkFront(url)),
  ];
  for (const { kind, subject, message, change } of findings) {
    print(`${kind.padEnd(7)}  ${subject}: ${message}`);
    if (change !== undefined) print(`         -> ${change}`);
  }
  const problems = findings.filter(({ kind }) => kind === 'problem').length;
  print(`${problems} problems, ${findings.filter(({ kind }) => kind === 'advice').length} pieces of advice`);
  return problems > 0 ? SICK_EXIT_CODE : 0;
}

/** What depends on the settings; where they are wrong, that is all there is to say. */
async function checkInstallation(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Finding[]> {
  try {
    const { settings, warnings } = await loadSettings(environment, {
      startFolder: startFolder(environment, process.cwd()),
    });
    return [
      ok('settings', 'can be read'),
      ...warnings.map((warning) => advice('settings', warning, 'see docs/configuration.md')),
      ...checkSettings(settings),
      checkProcessors(settings),
      checkMemory(settings),
      ...(await checkDisk(settings)),
    ];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ name, message, allowed }) =>
      problem(name, message, allowed === undefined ? 'see docs/configuration.md' : `allowed: ${allowed}`),
    );
  }
}

function readUrl(args: readonly string[]): string | undefined {
  let url: string | undefined;
  try {
    ({ url } = parseArgs({ args: [...args], options: { url: { type: 'string' } } }).values);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (url === undefined) return undefined;
  if (!/^https?:\/\/[^/?#]+\/?$/.test(url)) {
    throw new UsageError(`--url is "${url}"; expected http(s)://<host>, without a path`);
  }
  return url.replace(/\/$/, '');
}
