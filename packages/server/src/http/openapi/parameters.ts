import { recipeExamples } from './describe-language.ts';

/** `components.parameters`. */
export function parameters(): Readonly<Record<string, object>> {
  return {
    hash: { name: 'hash', in: 'path', required: true, schema: { $ref: '#/components/schemas/Hash' } },
    recipe: {
      name: 'recipe',
      in: 'path',
      required: true,
      description: 'Several segments: the slashes between them are written as they are.',
      schema: { $ref: '#/components/schemas/Recipe' },
      examples: recipeExamples(),
    },
    url: queryParameter('url', {
      required: true,
      description: 'The address of a picture, percent-encoded (`&` as `%26`, `#` as `%23`).',
      schema: { type: 'string', format: 'uri' },
    }),
    operations: queryParameter('operations', {
      description: 'A recipe.',
      schema: { $ref: '#/components/schemas/Recipe' },
    }),
    resetCache: queryParameter('reset_cache', {
      description: '1 downloads the picture again and replaces what was kept.',
      schema: { enum: ['0', '1'] },
    }),
    exif: queryParameter('exif', {
      description: '1 for what EXIF says of the shot; never where it was, unless the configuration says so.',
      schema: { enum: ['0', '1'] },
    }),
    faces: queryParameter('faces', {
      description: '1 for the faces in the picture.',
      schema: { enum: ['0', '1'] },
    }),
    widths: queryParameter('widths', {
      required: true,
      description: 'Up to 20 widths in pixels.',
      schema: {
        type: 'array',
        items: { type: 'integer', minimum: 1, maximum: 16_384 },
        minItems: 1,
        maxItems: 20,
      },
      style: 'form',
      explode: false,
      example: [400, 800, 1600],
    }),
    sizes: queryParameter('sizes', {
      description: 'How wide the picture is on the page; `100vw` without it.',
      schema: { type: 'string', maxLength: 500 },
    }),
    alt: queryParameter('alt', {
      description: 'What the picture shows, in words.',
      schema: { type: 'string', maxLength: 500 },
    }),
    expires: queryParameter('expires', {
      description: 'With a signature: until when the address holds, Unix seconds.',
      schema: { type: 'integer', minimum: 0 },
    }),
    signature: queryParameter('signature', {
      description:
        'Where signatures are on, at the end of the address: base64url (without padding) of HMAC-SHA256 over the target up to but without the `?` or `&` before it.',
      schema: { type: 'string', pattern: '^[\\w-]{43}$' },
    }),
  };
}

function queryParameter(name: string, rest: object): object {
  return { name, in: 'query', required: false, allowReserved: false, ...rest };
}
