import { parameters } from './parameters.ts';
import { paths } from './paths.ts';
import { schemas } from './schemas.ts';

/**
 * The OpenAPI document of this server: its paths, and the language from the tables of operations and settings. `version`
 * is the server's own.
 */
export function openApiDocument({ version }: { version: string }): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'images-server',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'pictures', description: 'Originals and variants' },
      { name: 'writing', description: 'Uploading, deleting, rendering ahead' },
      { name: 'knowledge', description: 'What is known of pictures and recipes' },
      { name: 'server', description: 'The server itself' },
    ],
    paths: paths(),
    components: {
      schemas: schemas(),
      parameters: parameters(),
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'One of `API_KEYS`. Where there are none, anybody may.',
        },
        metricsKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'One of `METRICS_KEYS`. Where there are none, anybody may.',
        },
        uploadToken: { type: 'http', scheme: 'bearer', description: 'For one upload; see `/upload-tokens`.' },
      },
    },
  };
}

const DESCRIPTION = `
Upload a picture once; ask for every size, crop and format of it by URL. Unknown or repeated query parameters are a 400. The
query is percent-decoded only: \`+\` is a plus sign. Every error has the same body.
`.trim();
