// Writes the generated pages of docs/; needs a build.
import { writeFile } from 'node:fs/promises';
import { configurationPage } from '../packages/server/dist/config/describe.js';

await writeFile(new URL('../docs/configuration.md', import.meta.url), configurationPage());
