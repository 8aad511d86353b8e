import type { z } from 'zod';
import { ServiceError } from '../errors.ts';

/** A JSON body as its schema reads it; throws `bad_request` that names the first part that is not as expected. */
export function parseBody<Body>(body: unknown, schema: z.ZodType<Body>): Body {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the body' : `"${issue.path.join('.')}"`;
  throw new ServiceError('bad_request', `${where} is not as expected: ${issue?.message ?? 'a JSON object'}`);
}
