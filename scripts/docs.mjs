// Writes the generated pages of docs/; needs a build.
import { writeFile } from 'node:fs/promises';
import { operationsPage } from '../packages/recipe/dist/operations-page.js';
import { configurationPage } from '../packages/server/dist/config/describe.js';
import { metricsPage } from '../packages/server/dist/observe/metrics-page.js';
import { drawExamples } from './draw-examples.mjs';

const docs = new URL('../docs/', import.meta.url);
await writeFile(new URL('configuration.md', docs), configurationPage());
await writeFile(new URL('metrics.md', docs), metricsPage());
await writeFile(new URL('operations.md', docs), operationsPage());
await drawExamples(new URL('operations/', docs));
