import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILTERS, OPERATIONS, SETTINGS } from '@images-server/recipe';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../src/app.ts';
import { loadSettings } from '../src/config/load.ts';
import { createLog } from '../src/observe/log.ts';
import { get, upload } from './client.ts';
import { photo } from './pictures.ts';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

let folder: string;
let app: App;
let url: string;
let document: Document;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openapi-'));
  const { settings } = await loadSettings({ PORT: '0' }, { startFolder: folder });
  app = await createApp({
    settings,
    log: createLog({ level: 'silent' }).log,
    renderEntry: new URL('../dist/render/child/main.js', import.meta.url),
    version: '1.2.3',
    libraries: {},
  });
  url = await app.http.listen({ host: '127.0.0.1', port: 0 });
  document = (await get(`${url}/openapi.json`)).json() as unknown as Document;
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** As the router knows them: `GET /image`. It prints a tree, in which each path goes on where its parent ends. */
function routes(): string[] {
  const parents: string[] = [];
  const lines = app.http.printRoutes({ commonPrefix: false }).split('\n');
  return lines.flatMap((line) => {
    const [, indent = '', end = '', methods = ''] = /^(.*)── (\S+)(?: \((.*)\))?$/.exec(line) ?? [];
    const depth = Math.floor(indent.length / 4);
    const path = (parents[depth - 1] ?? '') + end;
    parents[depth] = path;
    return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${path}`);
  });
}

/** `/info/{hash}/{recipe}` is `/info` to the router. */
function routeOf(path: string): string {
  return path.replace(/\/\{[^}]*\}/g, '');
}

describe('GET /openapi.json', () => {
  it('is a valid OpenAPI document', async () => {
    const result = await new Validator().validate({ ...document });
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
  });

  it('has every route that the server has, and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => ['get', 'head', 'post', 'delete'].includes(method))
        .map((method) => `${method.toUpperCase()} ${routeOf(path)}`),
    );
    expect(routes().length).toBeGreaterThan(20);
    expect([...new Set(documented)].sort()).toEqual(routes().sort());
  });

  it('names every operation once', () => {
    const ids = JSON.stringify(document.paths).match(/"operationId":"\w+"/g) ?? [];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the whole language, from its tables', () => {
    const { Recipe } = document.components.schemas;
    const names = (parts: readonly { name: string }[]) => parts.map(({ name }) => ({ name }));
    expect(Recipe?.['x-language']).toMatchObject({
      operations: names(OPERATIONS),
      filters: names(FILTERS),
      settings: names(SETTINGS),
    });
  });

  it('says of real answers what they are', async () => {
    const picture = await upload(url, await photo(64, 48).jpeg().toBuffer());
    const answers = {
      Uploaded: picture,
      Info: (await get(`${url}/info/${picture.hash}?faces=1&exif=1`)).json(),
      Srcset: (await get(`${url}/srcset/${picture.hash}?widths=32`)).json(),
      Explanation: (await get(`${url}/explain/image/${picture.hash}/resize/32x`)).json(),
      Health: (await get(`${url}/health`)).json(),
      Readiness: (await get(`${url}/ready`)).json(),
      Error: (await get(`${url}/image/${picture.hash}/resise/32x`)).json(),
    };
    for (const [name, answer] of Object.entries(answers)) {
      const { properties = {}, required = [] } = document.components.schemas[name] ?? {};
      const known = Object.keys(properties as object);
      expect(known, name).toEqual(expect.arrayContaining(Object.keys(answer)));
      expect(Object.keys(answer), name).toEqual(expect.arrayContaining(required as string[]));
    }
  });

  it('can be revalidated', async () => {
    const { headers } = await get(`${url}/openapi.json`);
    const etag = headers.get('etag') ?? '';
    expect((await get(`${url}/openapi.json`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});
