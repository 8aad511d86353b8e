import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { configurationPage, describeSettings, printSettings } from './describe.ts';
import { loadSettings } from './load.ts';

describe('configurationPage', () => {
  it('is what docs/configuration.md holds (else: npm run docs)', async () => {
    const page = await readFile(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
    expect(configurationPage()).toBe(page);
  });

  it('has one row for each setting', () => {
    const rows = configurationPage().match(/^\| `[A-Z_]+` \|/gm) ?? [];
    expect(rows.sort()).toEqual(
      describeSettings()
        .map(({ name }) => `| \`${name}\` |`)
        .sort(),
    );
  });
});

describe('describeSettings', () => {
  it('describes every setting in a sentence', () => {
    for (const { name, description } of describeSettings()) {
      expect([name, description]).toEqual([name, expect.stringMatching(/^[A-Z`].*[.)]$/)]);
    }
  });

  it('gives defaults as one would write them', () => {
    const defaults = new Map(describeSettings().map(({ name, defaultText }) => [name, defaultText]));
    expect(defaults.get('CACHE_MAX_BYTES')).toBe('10gb');
    expect(defaults.get('RENDER_PROCESSES')).toBe('one for each core');
    expect(defaults.get('API_KEYS')).toBeUndefined();
  });
});

describe('printSettings', () => {
  it('prints values by environment name, secrets as ***', async () => {
    const startFolder = await mkdtemp(join(tmpdir(), 'settings-'));
    onTestFinished(() => rm(startFolder, { recursive: true }));
    const { settings } = await loadSettings(
      { API_KEYS: '0123456789abcdef', UPLOAD: 'off', STORAGE: 'memory', CACHE: 'none' },
      { startFolder },
    );
    const printed = printSettings(settings);
    expect(printed).toMatchObject({
      API_KEYS: '***',
      UPLOAD: 'off',
      PORT: '5000',
      EXTERNAL_ALLOW_PORTS: '80,443',
    });
    expect(JSON.stringify(printed)).not.toContain('0123456789abcdef');
  });
});
