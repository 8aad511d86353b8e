import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from './configuration-error.ts';
import { loadSettings, startFolder } from './load.ts';
import { environmentName, settingKey, settingsObject } from './schema.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('loadSettings', () => {
  it('fills in every default', async () => {
    const { settings, warnings } = await load({});
    expect(warnings).toEqual([]);
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 5000,
      storage: 'disk',
      storageDiskDir: join(folder, 'uploads'),
      cache: 'disk',
      cacheDiskDir: join(folder, 'cache'),
      cacheMaxBytes: 10 * 1024 ** 3,
      cacheMemoryBytes: 64 * 1024 ** 2,
      upload: true,
      delete: true,
      external: true,
      uploadMaxBytes: 20 * 1024 ** 2,
      maxPixels: { light: 50e6, middle: 40e6, heavy: 25e6, avif: 16e6 },
      externalAllowAddresses: [],
      externalAllowPorts: [80, 443],
      externalFreshSeconds: 3600,
      renderProcesses: availableParallelism(),
      renderQueueMax: 64 * availableParallelism(),
      renderQueueWaitMs: 5000,
      renderDeadlineMs: 10_000,
      auth: 'keys',
      logLevel: 'info',
    });
    expect(settings.apiKeys).toBeUndefined();
    expect(settings.externalAllowHosts).toBeUndefined();
    expect(settings.renderMemoryBytes).toBeGreaterThanOrEqual(512 * 1024 ** 2);
  });

  it('reads every kind of value', async () => {
    const { settings } = await load({
      PORT: ' 0 ',
      CACHE_MAX_BYTES: '2gb',
      UPLOAD: 'off',
      MAX_PIXELS: '1000000',
      API_KEYS: '0123456789abcdef, fedcba9876543210:delete',
      SIGNATURES: 'required',
      SIGNING_KEYS: 'schlüssel mit leerzeichen, fedcba9876543210',
      CORS_ORIGINS: 'https://app.example.com,http://localhost:3000',
      UPLOAD_STRIP: 'all',
      EXTERNAL_ALLOW_HOSTS: 'Example.com,*.bücher.example,[::1],192.0.2.1',
      EXTERNAL_ALLOW_ADDRESSES: '127.0.0.0/8,fd00::/8,10.1.2.3',
      EXTERNAL_ALLOW_PORTS: '80, 8080',
      ALLOWED_OPERATIONS: 'resize, filter/blur',
      ALLOWED_SETTINGS: 'none',
      SIZES: '800,100,100,400',
      RENDER_PROCESSES: '3',
    });
    expect(settings).toMatchObject({
      port: 0,
      cacheMaxBytes: 2 * 1024 ** 3,
      upload: false,
      maxPixels: { light: 1e6, middle: 1e6, heavy: 1e6, avif: 1e6 },
      apiKeys: [
        { secret: '0123456789abcdef', scopes: ['upload', 'delete', 'process'] },
        { secret: 'fedcba9876543210', scopes: ['delete'] },
      ],
      signatures: 'required',
      signingKeys: ['schlüssel mit leerzeichen', 'fedcba9876543210'],
      corsOrigins: ['https://app.example.com', 'http://localhost:3000'],
      uploadStrip: 'all',
      externalAllowHosts: ['example.com', '*.xn--bcher-kva.example', '::1', '192.0.2.1'],
      externalAllowAddresses: ['127.0.0.0/8', 'fd00::/8', '10.1.2.3/32'],
      externalAllowPorts: [80, 8080],
      allowedOperations: ['resize', 'filter/blur'],
      allowedSettings: [],
      sizes: [100, 400, 800],
      renderProcesses: 3,
      renderQueueMax: 192,
    });
  });

  it('counts an empty value as unset', async () => {
    const { settings } = await load({ PORT: '', CACHE_DISK_DIR: ' ', API_KEYS: '' });
    expect(settings).toMatchObject({ port: 5000, cacheDiskDir: join(folder, 'cache') });
    expect(settings.apiKeys).toBeUndefined();
  });

  it('makes only the folders that are used', async () => {
    await load({ STORAGE: 'memory', CACHE: 'none' });
    expect(await readdir(folder)).toEqual([]);
    await load({ STORAGE_DISK_DIR: 'originals' });
    expect((await readdir(folder)).sort()).toEqual(['cache', 'originals']);
  });

  it('reports all problems at once, of every kind', async () => {
    await writeFile(join(folder, 'file'), '');
    const problems = await problemsOf(
      {
        HOST: '0.0.0.0',
        PORT: '70000',
        CACHE_MAX_BYTES: 'plenty',
        SIGNATURES: 'maybe',
        RENDER_PROCESES: '2',
        STORAGE_DISK_DIR: 'file',
      },
      { nodeVersion: '20.1.0' },
    );
    expect(problems.map(({ name, given }) => [name, given])).toEqual([
      ['Node.js', '20.1.0'],
      ['PORT', '70000'],
      ['CACHE_MAX_BYTES', 'plenty'],
      ['SIGNATURES', 'maybe'],
      ['RENDER_PROCESES', undefined],
      ['HOST', '0.0.0.0'],
      ['STORAGE_DISK_DIR', join(folder, 'file')],
    ]);
  });

  it.each([
    ['PORT', '-1', 'a whole number, 0 to 65535'],
    ['PORT', '5e3', 'a whole number, 0 to 65535'],
    ['HOST', '[::1]', 'an IP address'],
    ['UPLOAD', 'yes', 'on, off'],
    ['LOG_LEVEL', 'verbose', 'fatal, error, warn, info, debug, trace, silent'],
    ['MAX_PIXELS', '0', 'a whole number of pixels'],
    ['RENDER_DEADLINE_MS', '10s', 'a whole number of milliseconds'],
    ['RENDER_MEMORY_BYTES', '1mb', '64mb to'],
    ['UPLOAD_MAX_BYTES', '3gb', '1 to 2gb'],
    ['EXTERNAL_ALLOW_HOSTS', 'https://example.com', 'comma-separated host names'],
    ['EXTERNAL_ALLOW_HOSTS', 'example.com:8080', 'no ports'],
    ['EXTERNAL_ALLOW_HOSTS', '1.2.3.999', 'comma-separated host names'],
    ['EXTERNAL_ALLOW_HOSTS', '*', '*.example.com'],
    ['EXTERNAL_ALLOW_HOSTS', 'example.com,', 'comma-separated host names'],
    ['EXTERNAL_ALLOW_ADDRESSES', '10.0.0.0/33', 'addresses or ranges'],
    ['EXTERNAL_ALLOW_ADDRESSES', '10.0/8', 'addresses or ranges'],
    ['EXTERNAL_ALLOW_ADDRESSES', 'fe80::1%eth0', 'addresses or ranges'],
    ['EXTERNAL_ALLOW_PORTS', '80,0', 'each 1 to 65535'],
    ['STORAGE', 'tape', 'disk, memory'],
    ['UPLOAD_STRIP', 'gps', 'location, all, none'],
    ['CORS_ORIGINS', 'app.example.com', 'https://app.example.com'],
    ['CORS_ORIGINS', 'https://app.example.com/', 'https://app.example.com'],
    ['CORS_ORIGINS', 'null', 'or * for every one'],
  ])('refuses %s=%s and says what is allowed', async (name, value, allowed) => {
    const problems = await problemsOf({ [name]: value });
    expect(problems).toEqual([
      { name, given: value, message: expect.any(String), allowed: expect.stringContaining(allowed) },
    ]);
  });

  it.each([
    ['STORAGE', 's3'],
    ['CACHE', 's3'],
  ])('refuses %s=%s, which does not work yet, and says so', async (name, value) => {
    expect(await problemsOf({ [name]: value })).toEqual([
      expect.objectContaining({ name, message: 'does not work in this version yet' }),
    ]);
  });

  it.each([
    ['PRESETS', 'thumb=resise/100x', 'wrong preset "thumb"'],
    ['PRESETS', './nowhere.json', 'nor a file that can be read'],
    ['PRESETS_ONLY', 'on', 'set PRESETS='],
    ['ALLOWED_OPERATIONS', 'resize,filter/blurr', 'entry 2 ("filter/blurr") is not an operation'],
    ['ALLOWED_SETTINGS', 'resize', 'entry 1 ("resize") is not an output setting'],
    ['SIZES', '100,', 'entry 2 is empty'],
  ])('refuses %s=%s and says why', async (name, value, message) => {
    expect(await problemsOf({ [name]: value })).toEqual([
      expect.objectContaining({ name, given: value, message: expect.stringContaining(message) }),
    ]);
  });

  it('reads presets from a file', async () => {
    await writeFile(join(folder, 'presets.json'), '{"thumb": "resize/100x"}');
    const { settings } = await load({ PRESETS: 'presets.json', PRESETS_ONLY: 'on' });
    expect([...(settings.presets ?? [])].map(([name]) => name)).toEqual(['thumb']);
  });

  it('keeps secrets out of the message', async () => {
    const error = await load({
      API_KEYS: 'hunter2,correct-horse-battery:delte',
      SIGNING_KEYS: 'long-enough-for-this,battery-staple',
    }).catch(String);
    expect(error).toContain('API_KEYS entry 1 has only 7 characters (given: "***"');
    expect(error).toContain('SIGNING_KEYS entry 2 has only 14 characters (given: "***"');
    expect(error).not.toMatch(/hunter2|correct-horse|long-enough|staple/);
  });

  it.each(['required', 'optional'])(
    'refuses SIGNATURES=%s without a key and says what to set',
    async (mode) => {
      expect(await problemsOf({ SIGNATURES: mode })).toEqual([
        { name: 'SIGNATURES', given: mode, message: expect.stringContaining('set SIGNING_KEYS=<secret') },
      ]);
    },
  );

  it('refuses a cache in the folder of the old variants', async () => {
    await mkdir(join(folder, 'uploads/cache'), { recursive: true });
    expect(await problemsOf({ CACHE_DISK_DIR: './uploads/cache' })).toEqual([
      expect.objectContaining({ name: 'CACHE_DISK_DIR', message: expect.stringContaining('lies inside') }),
    ]);
  });

  it('takes a folder of fonts that is there, and makes none', async () => {
    await mkdir(join(folder, 'fonts'));
    expect((await load({ TEXT_FONTS_DIR: './fonts' })).settings.textFontsDir).toBe(join(folder, 'fonts'));
    expect(await problemsOf({ TEXT_FONTS_DIR: './none' })).toEqual([
      { name: 'TEXT_FONTS_DIR', given: './none', message: 'names no folder that can be read (ENOENT)' },
    ]);
  });

  it('starts with a warning of names that may be of other software', async () => {
    const { warnings } = await load({ CACHE_PORT_6379_TCP: 'tcp://10.0.0.1:6379' });
    expect(warnings).toEqual(['CACHE_PORT_6379_TCP is not a setting and is ignored']);
  });

  it('takes the environment that this test runs in', async () => {
    const theirs = Object.entries(process.env).filter(
      ([name]) => !(settingKey(name) in settingsObject.shape),
    );
    await expect(load(Object.fromEntries(theirs))).resolves.toMatchObject({ settings: { port: 5000 } });
  });

  it('law: any value of any setting is taken or refused by name, never another kind of error', async () => {
    const names = Object.keys(settingsObject.shape)
      .map(environmentName)
      .filter((name) => !name.endsWith('_DIR'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.string({ unit: 'binary' }), async (name, value) => {
        const memory = { STORAGE: 'memory', CACHE: 'none', [name]: value };
        const problems = await load(memory).then(() => [], problemsIn);
        expect(problems.every((problem) => problem.name === name)).toBe(true);
      }),
    );
  });
});

describe('startFolder', () => {
  it('is where npm start was typed', () => {
    expect(startFolder({ npm_lifecycle_event: 'start', INIT_CWD: '/typed' }, '/package')).toBe('/typed');
  });

  it('is the current folder without npm, or in another script of npm', () => {
    expect(startFolder({}, '/here')).toBe('/here');
    expect(startFolder({ npm_lifecycle_event: 'test', INIT_CWD: '/typed' }, '/here')).toBe('/here');
  });
});

describe('environmentName', () => {
  it('law: settingKey undoes it for every setting', () => {
    for (const key of Object.keys(settingsObject.shape)) {
      expect(environmentName(key)).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(settingKey(environmentName(key))).toBe(key);
    }
  });
});

function load(environment: Record<string, string | undefined>, options: { nodeVersion?: string } = {}) {
  return loadSettings(environment, { startFolder: folder, ...options });
}

async function problemsOf(environment: Record<string, string>, options: { nodeVersion?: string } = {}) {
  return problemsIn(await load(environment, options).catch((error: unknown) => error));
}

function problemsIn(error: unknown): ConfigurationError['problems'] {
  if (!(error instanceof ConfigurationError))
    throw new Error('not a refused configuration', { cause: error });
  return error.problems;
}
