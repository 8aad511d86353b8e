import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get, upload } from './client.ts';
import { photo } from './pictures.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const DEPLOY = new URL('../../../deploy/', import.meta.url);

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

let server: ServerProcess;
/** The labels of each metric that the server tells, by its name (`..._bucket` and the like included). */
let labelsByName: ReadonlyMap<string, ReadonlySet<string>>;
let panels: readonly Panel[];
let alerts: readonly string[];

beforeAll(async () => {
  server = await startServer();
  await makeTraffic(server.url);
  labelsByName = readSeries((await get(`${server.url}/metrics`)).bytes.toString('utf8'));
  const dashboard: unknown = JSON.parse(await readFile(new URL('grafana-dashboard.json', DEPLOY), 'utf8'));
  panels = (dashboard as { panels: readonly Panel[] }).panels;
  const rules = await readFile(new URL('prometheus-alerts.yml', DEPLOY), 'utf8');
  alerts = [...rules.matchAll(/^ +expr: (.*)$/gm)].map(([, expression = '']) => expression);
});
afterAll(() => server.stop());

/** Something of everything: a miss, hits, an upload, a deletion, errors, a fetch, a render process that ends. */
async function makeTraffic(url: string): Promise<void> {
  const { url: path } = await upload(url, await photo(64, 48).jpeg().toBuffer());
  for (let count = 0; count < 3; count += 1) await get(`${url}${path}/resize/20x/format/webp`);
  await get(`${url}${path}`, { method: 'DELETE' });
  await get(`${url}/external?url=http%3A%2F%2F127.0.0.1%2F`);
  for (const pid of await childrenOf(server.pid)) process.kill(pid, 'SIGKILL');
  await server.waitForLog(({ kind }) => kind === 'process_ended');
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').map(Number);
}

function readSeries(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? [^ ]+$/gm)) {
    const known = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

/** What an expression says of metrics that the server does not tell, or of labels that they do not have. */
function mistakesOf(expression: string): string[] {
  const mistakes: string[] = [];
  const names = [...expression.matchAll(/\b(?:images|process|nodejs)_\w+/g)].map(([name]) => name);
  if (names.length === 0) mistakes.push(`no metric in ${expression}`);
  for (const name of names) if (!labelsByName.has(name)) mistakes.push(`there is no ${name}`);
  const labels = new Set(names.flatMap((name) => [...(labelsByName.get(name) ?? []), ...OF_PROMETHEUS]));
  const used = [
    ...[...expression.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, label = '']) => label),
    ...[...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)),
  ];
  for (const label of used) if (!labels.has(label)) mistakes.push(`${names.join(', ')} has no ${label}`);
  return mistakes;
}

/** Those that Prometheus adds by itself. */
const OF_PROMETHEUS = ['job', 'instance'];

describe('deploy/grafana-dashboard.json', () => {
  it('asks for nothing that the server does not tell', () => {
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(25);
    expect(expressions.flatMap(mistakesOf)).toEqual([]);
  });

  it('names its lines by labels that they have', () => {
    const targets = panels.flatMap(({ targets = [] }) => targets);
    const wrong = targets.filter(({ expr, legendFormat }) => {
      const used = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(/,\s*/);
      return used.some((label) => kept !== undefined && !kept.includes(label));
    });
    expect(wrong).toEqual([]);
  });

  it('shows every metric of our own', () => {
    const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n');
    const own = [...labelsByName.keys()].filter((name) => name.startsWith('images_') && !IN_WORDS.has(name));
    const families = new Set(own.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')));
    expect([...families].filter((name) => !shown.includes(name))).toEqual([]);
  });

  it('has panels with numbers of their own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

/** Told for whoever looks, and true after a minute. */
const IN_WORDS: ReadonlySet<string> = new Set(['images_cache_indexed']);

describe('deploy/prometheus-alerts.yml', () => {
  it('asks for nothing that the server does not tell', () => {
    expect(alerts.length).toBeGreaterThan(4);
    expect(alerts.flatMap(mistakesOf)).toEqual([]);
  });
});
