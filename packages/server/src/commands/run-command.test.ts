import { signTarget } from '@images-server/recipe';
import { describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';
import { COMMANDS } from './table.ts';

const KEY = 'the first signing key';
const TARGET = '/image/0123456789/resize/50%25';

describe('runCommand', () => {
  it.each(['help', '--help', '-h'])('prints every command for %s', async (word) => {
    const { code, printed } = await run([word]);
    expect(code).toBe(0);
    for (const name of COMMANDS.keys()) expect(printed).toContain(`images-server ${name}`);
  });

  it('complains about a command that there is not, and says which there are', async () => {
    const { code, printed, complaints } = await run(['sing', TARGET]);
    expect([code, printed]).toEqual([2, '']);
    expect(complaints).toContain('there is no command "sing"');
    expect(complaints).toContain('images-server sign <target>');
  });
});

describe('images-server sign', () => {
  it('prints the signed target, by the first key', async () => {
    const { code, printed } = await run(['sign', TARGET], { SIGNING_KEYS: ` ${KEY}, another key of enough` });
    expect([code, printed]).toEqual([0, await signTarget(TARGET, KEY)]);
  });

  it('signs the time of its end, as such or from now on', async () => {
    const at = await run(['sign', TARGET, '--expires', '1900000000'], { SIGNING_KEYS: KEY });
    expect(at.printed).toBe(await signTarget(TARGET, KEY, { expires: 1_900_000_000 }));
    const before = Math.floor(Date.now() / 1000);
    const { printed } = await run(['sign', '--expires-in=60', TARGET], { SIGNING_KEYS: KEY });
    const expires = Number(/expires=(\d+)/.exec(printed)?.[1]);
    expect(expires).toBeGreaterThanOrEqual(before + 60);
    expect(printed).toBe(await signTarget(TARGET, KEY, { expires }));
  });

  it.each([
    [['sign'], 'expected one target'],
    [['sign', TARGET, TARGET], 'expected one target'],
    [['sign', 'image/a'], 'begins with /'],
    [['sign', `${TARGET}?signature=a`], 'signed already'],
    [['sign', TARGET, '--expires', 'tomorrow'], '"tomorrow" is not a number of seconds'],
    [['sign', TARGET, '--expires', '1', '--expires-in', '1'], 'one time at most'],
    [['sign', TARGET, '--until', '1'], "'--until'"],
  ])('complains about %j', async (words, message) => {
    const { code, printed, complaints } = await run(words, { SIGNING_KEYS: KEY });
    expect([code, printed]).toEqual([2, '']);
    expect(complaints).toContain(message);
    expect(complaints).toContain('images-server sign <target>');
  });

  it('complains about keys without repeating them', async () => {
    expect((await run(['sign', TARGET])).complaints).toContain('set SIGNING_KEYS=<secret>');
    const { code, complaints } = await run(['sign', TARGET], { SIGNING_KEYS: 'hunter2' });
    expect(code).toBe(2);
    expect(complaints).toContain('SIGNING_KEYS entry 1 has only 7 characters');
    expect(complaints).not.toContain('hunter2');
  });
});

async function run(words: string[], environment: Record<string, string> = {}) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(words, {
    environment,
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
  });
  return { code, printed: printed.join('\n'), complaints: complaints.join('\n') };
}
