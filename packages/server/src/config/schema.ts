import { availableParallelism, totalmem } from 'node:os';
import { z } from 'zod';
import { aboutSettings } from './about-settings.ts';
import { bytesOf } from './byte-size.ts';
import { observeSettings } from './observe-settings.ts';
import { recipeSettings } from './recipe-settings.ts';
import {
  addressRanges,
  apiKeys,
  byteSize,
  choice,
  folder,
  hostPatterns,
  listenHost,
  numberList,
  pixelLimit,
  secrets,
  toggle,
  webOrigins,
  wholeNumber,
} from './setting-kinds.ts';
import { variantSettings } from './variant-settings.ts';

const HUGE_BYTES = bytesOf(1024 ** 2, 'gb');
const DAY_MS = 24 * 60 * 60 * 1000;
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * Most pixels (width x height x frames) of an original, by what decoding its format costs in memory: a baseline JPEG
 * takes about half a byte per pixel, a PNG 4, a progressive JPEG 4 to an interlaced 16-bit PNG 12, an AVIF 19 (measured).
 */
export const PIXELS_BY_FORMAT = { light: 50e6, middle: 40e6, heavy: 25e6, avif: 16e6 } as const;

/** Waiting jobs for each render process, where `RENDER_QUEUE_MAX` is not set. */
const QUEUE_PER_PROCESS = 64;

/**
 * Every setting: the key gives the environment name (`storageDiskDir` is `STORAGE_DISK_DIR`), the kind how it is read,
 * `prefault` the default as one would write it. Values are texts; see `settingsSchema` for what comes out.
 */
export const settingsObject = z.object({
  host: listenHost().prefault('127.0.0.1').register(aboutSettings, {
    group: 'Server',
    description: 'Address to listen on. Other than loopback it needs `API_KEYS` or `AUTH=open`.',
  }),
  port: wholeNumber({ min: 0, max: 65_535 }).prefault('5000').register(aboutSettings, {
    group: 'Server',
    description: 'TCP port to listen on; 0 takes any free one.',
  }),
  maxConnections: wholeNumber({ min: 16, max: 1e6 }).prefault('4096').register(aboutSettings, {
    group: 'Server',
    description:
      'Most connections that are open at once, and no more than three in four of the files that the system lets the server have open. One more takes the place of the one that has been idle for the longest time.',
  }),
  trustedProxies: addressRanges().default([]).register(aboutSettings, {
    group: 'Server',
    description:
      'Proxies in front of the server (`127.0.0.1`, `10.0.0.0/8`), whose `X-Forwarded-For` says who a client is. Clients share the render processes evenly; without this, all that comes through one proxy is one client.',
  }),
  logLevel: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .prefault('info')
    .register(aboutSettings, {
      group: 'Server',
      description: 'The least severe log lines that are written.',
    }),
  shutdownDeadlineMs: wholeNumber({ min: 0, max: DAY_MS, unit: 'milliseconds' })
    .prefault('18000')
    .register(aboutSettings, {
      group: 'Server',
      description:
        'How long requests that were accepted may take to finish after SIGTERM; then the server ends anyway.',
    }),
  imageMaxAgeSeconds: wholeNumber({ min: 0, max: YEAR_SECONDS, unit: 'seconds' })
    .prefault(String(YEAR_SECONDS))
    .register(aboutSettings, {
      group: 'Server',
      description:
        '`Cache-Control: max-age` of uploaded pictures and what is made of them; they never change.',
    }),

  ...observeSettings,

  storage: choice(['disk', 'memory'], ['s3']).prefault('disk').register(aboutSettings, {
    group: 'Storage',
    description: 'Where originals are kept. `memory` forgets them when the server ends.',
  }),
  storageDiskDir: folder().prefault('./uploads').register(aboutSettings, {
    group: 'Storage',
    description: 'Folder of the originals with `STORAGE=disk`.',
  }),

  cache: choice(['disk', 'memory', 'none'], ['s3']).prefault('disk').register(aboutSettings, {
    group: 'Cache',
    description: 'Where variants and remote originals are kept. `none` makes every variant anew.',
  }),
  cacheDiskDir: folder().prefault('./cache').register(aboutSettings, {
    group: 'Cache',
    description:
      'Folder of the cache with `CACHE=disk`; neither inside the folder of the originals nor around it.',
  }),
  cacheMaxBytes: byteSize({ min: 0, max: HUGE_BYTES }).prefault('10gb').register(aboutSettings, {
    group: 'Cache',
    description: 'Budget of the cache; beyond it, what was used least recently goes.',
  }),
  cacheMemoryBytes: byteSize({ min: 0, max: HUGE_BYTES }).prefault('64mb').register(aboutSettings, {
    group: 'Cache',
    description:
      'Budget of the memory in front of the cache on disk, 0 for none; of all of it with `CACHE=memory`.',
  }),
  cacheMinFreeBytes: byteSize({ min: 0, max: HUGE_BYTES }).prefault('512mb').register(aboutSettings, {
    group: 'Cache',
    description: 'Free space on the disk that the cache leaves alone; 0 for no such floor.',
  }),

  upload: toggle().prefault('on').register(aboutSettings, {
    group: 'Permissions',
    description: 'Whether pictures can be uploaded; `off` answers 403 with the code `upload_disabled`.',
  }),
  delete: toggle().prefault('on').register(aboutSettings, {
    group: 'Permissions',
    description: 'Whether pictures can be deleted; `off` answers 403 with the code `delete_disabled`.',
  }),
  external: toggle().prefault('on').register(aboutSettings, {
    group: 'Permissions',
    description: 'Whether remote pictures are fetched; `off` answers 403 with the code `external_disabled`.',
  }),
  process: toggle().prefault('on').register(aboutSettings, {
    group: 'Permissions',
    description:
      'Whether pictures are processed without being stored (`POST /process`); `off` answers 403 with the code `process_disabled`.',
  }),
  apiKeys: apiKeys().optional().register(aboutSettings, {
    group: 'Permissions',
    description:
      'Keys for uploading, deleting and processing (`Authorization: Bearer <secret>`). Several, to exchange one for another; `<secret>:upload`, `<secret>:delete` and `<secret>:process` allow only one of the three.',
  }),
  auth: choice(['keys', 'open']).prefault('keys').register(aboutSettings, {
    group: 'Permissions',
    description:
      '`open` says that anybody who reaches the server may upload and delete; it excludes `API_KEYS`.',
  }),
  signatures: choice(['off', 'optional', 'required']).prefault('off').register(aboutSettings, {
    group: 'Permissions',
    description:
      'Whether the addresses of pictures have to be signed. With `optional` they need not be, but a signature has to be right.',
  }),
  signingKeys: secrets().optional().register(aboutSettings, {
    group: 'Permissions',
    description: 'Secrets that sign addresses: the first signs, all of them verify.',
  }),
  infoGps: toggle().prefault('off').register(aboutSettings, {
    group: 'Permissions',
    description: 'Whether `GET /info` with `exif=1` tells where a picture was taken.',
  }),
  corsOrigins: webOrigins().optional().register(aboutSettings, {
    group: 'Permissions',
    description:
      'Web pages of which origins may read answers and upload with JavaScript (CORS); showing pictures needs none of this.',
  }),

  uploadMaxBytes: byteSize({ min: 1, max: bytesOf(2, 'gb') })
    .prefault('20mb')
    .register(aboutSettings, {
      group: 'Limits',
      description: 'Largest original, uploaded or remote.',
    }),
  maxPixels: pixelLimit({ max: 1e9 }).default(PIXELS_BY_FORMAT).register(aboutSettings, {
    group: 'Limits',
    description: 'Most pixels of an original (width x height x frames), one number for every format.',
    defaultInWords:
      'by format: 50000000 for baseline JPEG and WebP, 40000000 for PNG and TIFF, 25000000 for GIF and what is progressive, interlaced or has 16 bits, 16000000 for AVIF',
  }),
  uploadStrip: choice(['location', 'all', 'none']).prefault('location').register(aboutSettings, {
    group: 'Limits',
    description:
      'What is removed from originals when they are uploaded, without touching their pixels: `location` is GPS positions and the names of places, `all` is whatever does not say how the picture is to be shown.',
  }),

  ...variantSettings,
  ...recipeSettings,

  externalAllowHosts: hostPatterns().optional().register(aboutSettings, {
    group: 'Remote pictures',
    description: 'Hosts that pictures may be fetched from.',
    defaultInWords: 'any host',
  }),
  externalAllowAddresses: addressRanges().default([]).register(aboutSettings, {
    group: 'Remote pictures',
    description:
      'Addresses that may be fetched from although they are not public (`127.0.0.0/8`, `10.0.0.0/8`), and at any port.',
  }),
  externalAllowPorts: numberList({ min: 1, max: 65_535, unit: 'ports' })
    .prefault('80,443')
    .register(aboutSettings, {
      group: 'Remote pictures',
      description: 'Ports that pictures may be fetched from.',
    }),
  externalFreshSeconds: wholeNumber({ min: 0, max: YEAR_SECONDS, unit: 'seconds' })
    .prefault('3600')
    .register(aboutSettings, {
      group: 'Remote pictures',
      description: 'How long a remote original is used without asking its origin.',
    }),
  externalConnectMs: wholeNumber({ min: 1, max: DAY_MS, unit: 'milliseconds' })
    .prefault('3000')
    .register(aboutSettings, {
      group: 'Remote pictures',
      description: 'How long connecting to an origin may take.',
    }),
  externalDeadlineMs: wholeNumber({ min: 1, max: DAY_MS, unit: 'milliseconds' })
    .prefault('10000')
    .register(aboutSettings, {
      group: 'Remote pictures',
      description: 'How long fetching a remote original may take in all, redirects included.',
    }),

  renderProcesses: wholeNumber({ min: 1, max: 1024 })
    .prefault(() => String(availableParallelism()))
    .register(aboutSettings, {
      group: 'Rendering',
      description: 'Render processes: how many pictures are worked on at once.',
      defaultInWords: 'one for each core',
    }),
  renderDeadlineMs: wholeNumber({ min: 1, max: DAY_MS, unit: 'milliseconds' })
    .prefault('10000')
    .register(aboutSettings, {
      group: 'Rendering',
      description:
        'How long one picture may take; then its render process is killed and the answer is a 503.',
    }),
  renderQueueMax: wholeNumber({ min: 0, max: 1e6, unit: 'jobs' })
    .optional()
    .register(aboutSettings, {
      group: 'Rendering',
      description: 'Most jobs that wait for a render process; further ones are a 503.',
      defaultInWords: `${QUEUE_PER_PROCESS} for each render process`,
    }),
  renderQueueWaitMs: wholeNumber({ min: 0, max: DAY_MS, unit: 'milliseconds' })
    .prefault('5000')
    .register(aboutSettings, {
      group: 'Rendering',
      description: 'How long a job may wait for a render process; then it is a 503.',
    }),
  renderMemoryBytes: byteSize({ min: bytesOf(64, 'mb'), max: HUGE_BYTES })
    .prefault(() => String(defaultRenderMemoryBytes()))
    .register(aboutSettings, {
      group: 'Rendering',
      description: 'Memory that decoding is reckoned to take, of all pictures worked on at once.',
      defaultInWords: 'half of the memory that the server may use, at least 512mb',
    }),
  renderRecycleJobs: wholeNumber({ min: 1, max: 1e9, unit: 'jobs' })
    .prefault('10000')
    .register(aboutSettings, {
      group: 'Rendering',
      description: 'A render process is replaced after so many jobs.',
    }),
  renderRecycleBytes: byteSize({ min: bytesOf(64, 'mb'), max: HUGE_BYTES })
    .prefault('256mb')
    .register(aboutSettings, {
      group: 'Rendering',
      description: 'A render process that holds more memory than this between two jobs is replaced.',
    }),
});

/** Texts by setting key in, settings out; folders as written. */
export const settingsSchema = settingsObject.transform((read) => ({
  ...read,
  renderQueueMax: read.renderQueueMax ?? QUEUE_PER_PROCESS * read.renderProcesses,
}));

/** The server's settings; every default filled in. `externalAllowHosts` undefined: any host. */
export type Settings = Readonly<z.output<typeof settingsSchema>>;
export type SettingKey = keyof typeof settingsObject.shape;

/** `storageDiskDir` is `STORAGE_DISK_DIR` in the environment. */
export function environmentName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Undoes `environmentName`. */
export function settingKey(name: string): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The server itself, files in the page cache and the results of renders take the other half. */
function defaultRenderMemoryBytes(): number {
  // A container's limit where there is one; without one this is 0 or larger than the machine.
  const limit = process.constrainedMemory();
  const available = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(bytesOf(512, 'mb'), Math.floor(available / 2));
}
