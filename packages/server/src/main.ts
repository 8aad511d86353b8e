#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { CONFIGURATION_EXIT_CODE, ConfigurationError } from './config/configuration-error.ts';
import { installedLibraries } from './config/library-versions.ts';
import { listenProblem } from './config/listen-problem.ts';
import { loadSettings, startFolder } from './config/load.ts';
import { createLog } from './observe/log.ts';

const RENDER_ENTRY = new URL('./render/child/main.js', import.meta.url);

// What they are for is in docs/decisions/0015-what-a-miss-costs-the-server.md.
setFlagsFromString('--heap-growing-percent=200');
setFlagsFromString('--no-parallel-scavenge');

async function serve(): Promise<void> {
  const { settings, warnings } = await loadSettings(process.env, {
    startFolder: startFolder(process.env, process.cwd()),
  });
  const { log, flush } = createLog({ level: settings.logLevel });
  for (const warning of warnings) log.warn(warning);
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'a rejection that nobody handled'));

  // Only now: the libraries below must not be loaded by a Node that the settings' check refuses.
  const { createApp } = await import('./app.ts');
  const app = await createApp({
    settings,
    log,
    renderEntry: RENDER_ENTRY,
    version: ownVersion(),
    libraries: installedLibraries(),
  });
  // Before the log's own last words.
  process.prependListener('exit', app.flush);
  await app.http.listen({ host: settings.host, port: settings.port }).catch((error: unknown) => {
    const problem = listenProblem(error, settings);
    throw problem === undefined ? error : new ConfigurationError([problem]);
  });
  log.info({ url: urlOf(app.http.server.address()), version: ownVersion() }, 'listening');

  let stopping = false;
  async function stop(signal: string): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    app.drain();
    // Whoever supervises the server kills it after its own patience; better to end by ourselves before that.
    setTimeout(() => process.exit(0), settings.shutdownDeadlineMs).unref();
    await app.close().catch((error: unknown) => log.error({ err: error }, 'stopped in disorder'));
    log.info('stopped');
    await flush();
    process.exit(0);
  }
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

function urlOf(address: AddressInfo | string | null): string | undefined {
  if (address === null || typeof address === 'string') return undefined;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function command(words: readonly string[]): Promise<void> {
  const { runCommand } = await import('./commands/run-command.ts');
  process.exitCode = await runCommand(words, {
    environment: process.env,
    print: (line) => console.log(line),
    complain: (line) => console.error(line),
  });
}

const words = process.argv.slice(2);
(words.length === 0 ? serve() : command(words)).catch((error: unknown) => {
  if (error instanceof ConfigurationError) console.error(error.message);
  else console.error(error);
  process.exit(error instanceof ConfigurationError ? CONFIGURATION_EXIT_CODE : 1);
});
