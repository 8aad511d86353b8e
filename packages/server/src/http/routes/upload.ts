import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../../errors.ts';
import type { Originals } from '../../originals/originals.ts';
import type { Renderer } from '../../render/renderer.ts';
import { clientIdOf } from '../client-id.ts';
import { clientSignal } from '../client-signal.ts';
import { receiveMultipart } from '../multipart-file.ts';
import { requestQuery } from '../request-target.ts';
import type { PermitUpload } from '../upload-permission.ts';

/** `POST /upload`: multipart, the picture in the field `file`. */
export function uploadRoute(
  app: FastifyInstance,
  dependencies: {
    originals: Originals;
    renderer: Pick<Renderer, 'assertRoom'>;
    permitUpload: PermitUpload;
    uploadEnabled: boolean;
  },
): void {
  const { originals, renderer, permitUpload, uploadEnabled } = dependencies;

  app.post('/upload', async (request, reply) => {
    requestQuery(request, []);
    if (!uploadEnabled) throw new ServiceError('upload_disabled', 'uploading is switched off here');
    const permission = await permitUpload(request.headers.authorization);
    try {
      // Before the body: a picture that cannot be decoded need not come.
      renderer.assertRoom(clientIdOf(request.raw));
      const received = await receiveMultipart(request, (stream) =>
        originals.receive(stream, permission.terms),
      );
      try {
        const checked = await received.check(clientSignal(reply.raw));
        const hash = await permission.spend(() => checked.store());
        const { width, height, format, bytes } = checked.facts;
        return { hash, status: 'success', width, height, format, bytes, url: `/image/${hash}` };
      } finally {
        await received.discard();
      }
    } finally {
      permission.end();
    }
  });
}
