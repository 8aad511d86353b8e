import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../../errors.ts';
import type { Metrics } from '../../observe/metrics.ts';
import { createSecretCheck } from '../api-keys.ts';
import { requestQuery } from '../request-target.ts';

/** `GET /metrics`: Prometheus' text format. With `keys` it wants one of them. */
export function metricsRoute(
  app: FastifyInstance,
  dependencies: {
    metrics: Metrics | undefined;
    keys: readonly string[];
    /** Brings the metrics up to date. */
    flushObserver: () => void;
  },
): void {
  const { metrics, keys, flushObserver } = dependencies;
  const carriesKey = createSecretCheck(keys);

  app.route({
    method: ['GET', 'HEAD'],
    url: '/metrics',
    handler: async (request, reply) => {
      requestQuery(request, []);
      if (metrics === undefined) throw new ServiceError('metrics_disabled', 'metrics are switched off here');
      if (keys.length > 0 && !carriesKey(request.headers.authorization)) {
        throw new ServiceError(
          'unauthorized',
          'this needs a key of METRICS_KEYS: Authorization: Bearer <key>',
        );
      }
      flushObserver();
      const { mediaType, text } = await metrics.print();
      return reply.header('cache-control', 'no-store').type(mediaType).send(text);
    },
  });
}
