import { aboutSettings } from './about-settings.ts';
import { choice, secrets, toggle } from './setting-kinds.ts';

/** The settings of what the server tells of itself. */
export const observeSettings = {
  metrics: toggle().prefault('on').register(aboutSettings, {
    group: 'Server',
    description: 'Whether `GET /metrics` answers (Prometheus); with `off` nothing is counted.',
  }),
  metricsKeys: secrets().optional().register(aboutSettings, {
    group: 'Server',
    description:
      'Secrets of which `GET /metrics` then wants one (`Authorization: Bearer <secret>`). Without, whoever reaches the server may read how much it does.',
  }),
  traces: choice(['off', 'otlp']).prefault('off').register(aboutSettings, {
    group: 'Server',
    description:
      "`otlp` sends OpenTelemetry traces over HTTP; where to and how many say OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`, ...).",
  }),
};
