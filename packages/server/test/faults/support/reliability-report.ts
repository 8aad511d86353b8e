import { readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/**
 * Writes what was injected, how often, and what held, as a page of Markdown; only after a run of the whole suite, so that
 * no page ever lists a part of it.
 */
export function reliabilityReport(page: {
  readonly path: string;
  readonly form: 'short' | 'long';
}): Reporter {
  let vitest: Vitest | undefined;
  return {
    onInit(started) {
      vitest = started;
    },
    onTestRunEnd(modules) {
      const isWhole = vitest?.config.testNamePattern === undefined && modules.length === countFaultFiles();
      const missing = modules.flatMap(casesOf).filter((test) => test.meta().notRun !== undefined);
      for (const test of missing) console.error(`NOT RUN: ${test.name}: ${test.meta().notRun}`);
      if (isWhole) writeFileSync(page.path, reportText(modules, page.form));
    },
  };
}

function countFaultFiles(): number {
  const names = readdirSync(new URL('..', import.meta.url));
  return names.filter((name) => name.endsWith('.fault.ts')).length;
}

function reportText(modules: readonly TestModule[], form: 'short' | 'long'): string {
  const sections = [...modules].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1)).map(sectionText);
  return `${INTRODUCTION}
This page is from a run of the ${form} form on ${availableParallelism()} cores with Node ${process.versions.node}.

${sections.join('\n')}`;
}

const INTRODUCTION = `# Reliability

What is done to the server on purpose, and what held. Written by \`npm run test:faults\`, which starts real servers and
attacks them: it ends within 15 minutes; \`npm run test:faults -- --long\` does the same many more times. One part of it is
\`npm run test:faults -- <name>\`. It wants to be root, and strace, faketime and the namespaces of Linux; what cannot be run is
said so here. What the limits are and why: [configuration](configuration.md), [security](security.md).

The letters: S is what origins and their addresses do, D what pictures do to decoders, C what files are besides pictures, K paths,
keys and the cache, H HTTP, F faults of the machine.
`;

function sectionText(module: TestModule): string {
  const name = basename(module.moduleId, '.fault.ts');
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  const rows = casesOf(module).map(rowText);
  return `## ${title}

\`npm run test:faults -- ${name}\`

| | injected | times | held |
|---|---|---|---|
${rows.join('\n')}
`;
}

function casesOf(module: TestModule): TestCase[] {
  return [...module.children.allTests()];
}

function rowText(test: TestCase): string {
  const { fault, notRun } = test.meta();
  const { state, errors } = test.result();
  const [error] = errors ?? [];
  const id = fault?.id ?? '';
  const injected = fault?.injected ?? test.name;
  if (notRun !== undefined) return row([id, injected, '0', `**not run**: ${notRun}`]);
  if (state === 'failed')
    return row([id, injected, '', `**DID NOT HOLD**: ${error?.message ?? 'no reason given'}`]);
  return row([id, injected, (fault?.times ?? 0).toLocaleString('en-US'), fault?.held ?? '']);
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.split('\n', 1).join('').replaceAll('|', '\\|')).join(' | ')} |`;
}
