// Writes the generated pages of docs/; needs a build.
import { writeFile } from 'node:fs/promises';
import { configurationPage } from '../packages/server/dist/config/describe.js';
import { metricsPage } from '../packages/server/dist/observe/metrics-page.js';

await writeFile(new URL('../docs/configuration.md', import.meta.url), configurationPage());
await writeFile(new URL('../docs/metrics.md', import.meta.url), metricsPage());
