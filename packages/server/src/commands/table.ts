import type { Command } from './command.ts';

/** Every command; each is loaded when it is called, so that the server starts no later for it. */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['sign', async () => (await import('./sign.ts')).signCommand],
  ['verify', async () => (await import('./verify.ts')).verifyCommand],
  ['doctor', async () => (await import('./doctor.ts')).doctorCommand],
]);
