import type { Face, OutputFormat, Size } from '@images-server/recipe';

/** The formats that an original may have, as sharp names them ('heif' there is 'avif' here); SVG only where it is allowed. */
export const INPUT_FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'svg'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** What the header of an original says. `width` and `height` are upright (EXIF orientation applied), of one frame. */
export interface PictureFacts {
  readonly format: InputFormat;
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1-8; 1 where there is none. */
  readonly orientation: number;
  /** 1 for stills. */
  readonly frames: number;
  readonly hasAlpha: boolean;
  /** Bits per channel: 8 or 16 (or 1 for bilevel). */
  readonly depth: number;
  /** sharp's `space`: srgb, b-w, cmyk, rgb16, grey16, lab, ... */
  readonly space: string;
  /** Progressive JPEG or interlaced PNG/GIF: costs more memory. */
  readonly progressive: boolean;
  readonly hasProfile: boolean;
  readonly hasMetadata: boolean;
  /** Each page of a TIFF that has several, the first among them; absent for everything else. */
  readonly pages?: readonly PictureFacts[];
}

/**
 * Where the render process finds the original: `length` bytes from `offset` of a local file, or the bytes themselves. `id`
 * names the bytes: a file of the same one need not be read again.
 */
export type RenderInput =
  | { readonly path: string; readonly offset: number; readonly length: number; readonly id?: string }
  | { readonly bytes: Uint8Array };

/** Another stored picture that steps lay on the original. */
export interface RenderOverlay {
  /** Its hash, as the steps name it. */
  readonly picture: string;
  readonly input: RenderInput;
}

/** Settled output settings: nothing left to decide but by the pixels. What is absent is not wanted. */
export interface OutputPlan {
  readonly format: OutputFormat;
  /** 1-100 on the encoder's own scale; with `similarity` where the search begins. 100 where nothing is lost. */
  readonly quality: number;
  /** WebP and AVIF: every pixel as it is. */
  readonly lossless?: boolean;
  /** JPEG, PNG and GIF: coarse first. */
  readonly progressive?: boolean;
  /** JPEG and AVIF: the resolution of the colours; absent is 4:2:0. */
  readonly subsampling?: '444' | 'auto';
  /** Mean structural similarity of the luma, 0-1, to reach with as low a quality as will do. */
  readonly similarity?: number;
  /** Most bytes of the file; quality, then colours are lowered until it fits. */
  readonly maxBytes?: number;
}

/** Checked by the child on the header, before pixels are decoded. */
export interface InputLimits {
  /** Most pixels of a whole original (width x height x frames), by the cost class of its format. */
  readonly maxPixels: MaxPixels;
  readonly maxSidePx: number;
  readonly maxFrames: number;
  /** True where SVG is taken: a program for drawing, which can be as costly as it likes. */
  readonly svg?: boolean;
}

/** Most pixels (width x height x frames) by what decoding costs. */
export interface MaxPixels {
  /** baseline JPEG, WebP */
  readonly light: number;
  /** PNG, TIFF, SVG */
  readonly middle: number;
  /** progressive JPEG, interlaced PNG, GIF, 16 bit */
  readonly heavy: number;
  readonly avif: number;
}

/** Sides and pixels (frames counted) after each step, and pixels of the result as its format allows. */
export interface OutputLimits {
  readonly maxSidePx: number;
  readonly maxPixels: number;
  readonly maxResultPixels: number;
}

/** What the pixels of the first frame tell, and EXIF. Colours are sRGB as `#rrggbb`. */
export interface PictureAnalysis {
  /** The colour of the largest part; null where every pixel is transparent. */
  readonly dominantColor: string | null;
  /** The mean of all pixels, weighted by their opacity; null where every pixel is transparent. */
  readonly averageColor: string | null;
  /** Up to 8, that of the largest part first. */
  readonly palette: readonly string[];
  readonly blurhash: string;
  /** Base64. */
  readonly thumbhash: string;
  /** 64 bits as 16 hex digits; pictures that look alike differ in few of them. */
  readonly perceptualHash: string;
  /** Null where the file holds none. */
  readonly exif: ExifFacts | null;
}

/** What EXIF says of the shot; absent what it does not say. Texts have up to 200 characters. */
export interface ExifFacts {
  readonly cameraMake?: string | undefined;
  readonly cameraModel?: string | undefined;
  readonly lensMake?: string | undefined;
  readonly lensModel?: string | undefined;
  readonly software?: string | undefined;
  /** ISO 8601 local time, with its offset from UTC where that is known. */
  readonly takenAt?: string | undefined;
  readonly changedAt?: string | undefined;
  readonly exposureSeconds?: number | undefined;
  readonly fNumber?: number | undefined;
  readonly iso?: number | undefined;
  /** Exposure compensation in EV. */
  readonly exposureBias?: number | undefined;
  readonly focalLengthMm?: number | undefined;
  /** The focal length that gives the same view on 35 mm film. */
  readonly focalLength35Mm?: number | undefined;
  readonly flashFired?: boolean | undefined;
  readonly position?: GeographicPosition | undefined;
}

export interface GeographicPosition {
  /** Degrees, north and east positive. */
  readonly latitude: number;
  readonly longitude: number;
  /** Metres above sea level. */
  readonly altitudeMeters?: number;
}

export type RenderJob =
  /** Header only: facts. */
  | { readonly kind: 'probe'; readonly input: RenderInput; readonly limits: InputLimits }
  /** Decodes every pixel and throws them away: is it whole? Facts. */
  | { readonly kind: 'verify'; readonly input: RenderInput; readonly limits: InputLimits }
  /** Looks at a small picture of the first frame: facts, colours, placeholders, EXIF. */
  | { readonly kind: 'analyse'; readonly input: RenderInput; readonly limits: InputLimits }
  /** Looks for faces: in the first frame, or in the one frame or page that is named, from 1. */
  | {
      readonly kind: 'faces';
      readonly input: RenderInput;
      readonly limits: InputLimits;
      readonly page?: number | undefined;
    }
  | {
      readonly kind: 'render';
      readonly input: RenderInput;
      readonly limits: InputLimits;
      /** What an earlier job has said of these bytes: then their header need not be read again. */
      readonly facts?: PictureFacts | undefined;
      /** All that the steps name. */
      readonly overlays?: readonly RenderOverlay[] | undefined;
      /** The one frame or page that is used, from 1; absent: all there are (or the only one). */
      readonly page?: number | undefined;
      /** Canonical recipe text (steps only), as `printSteps` gives it. */
      readonly steps: string;
      /** Names the original's bytes where more jobs about them follow: its pixels are kept for those. */
      readonly keepPixelsAs?: string | undefined;
      /** What a `faces` job found; absent where no step needs it. */
      readonly faces?: readonly Face[] | undefined;
      readonly output: OutputPlan;
      readonly outputLimits: OutputLimits;
    };

export type RenderResult =
  | { readonly kind: 'facts'; readonly facts: PictureFacts }
  /** In fractions of the picture's upright width and height, the surest first. They may reach over the edge. */
  | { readonly kind: 'faces'; readonly faces: readonly Face[] }
  | { readonly kind: 'analysis'; readonly facts: PictureFacts; readonly analysis: PictureAnalysis }
  | {
      readonly kind: 'variant';
      readonly bytes: Uint8Array;
      readonly format: OutputFormat;
      readonly width: number;
      readonly height: number;
      /** The size after each step. */
      readonly sizes: readonly Size[];
      /** The quality that a search found; absent where there was none. */
      readonly foundQuality?: number;
      /** Milliseconds by stage: decode and steps, encode. */
      readonly timings: { readonly renderMs: number };
    };

/** What each kind of job results in. */
export const RESULT_KINDS = {
  probe: 'facts',
  verify: 'facts',
  analyse: 'analysis',
  faces: 'faces',
  render: 'variant',
} as const satisfies Record<RenderJob['kind'], RenderResult['kind']>;

/** Parent to child. One at a time: the next only after the answer. */
export interface RenderRequest {
  readonly id: number;
  readonly job: RenderJob;
}

/** How a job can fail by itself: what the picture deserves, the original gone or not to be read, or a bug of ours. */
export const RENDER_FAILURE_CODES = [
  'not_a_picture',
  'unsupported_format',
  'broken_picture',
  'too_many_pixels',
  'result_too_large',
  'maxbytes_unreachable',
  'not_found',
  'storage_failed',
  'internal',
] as const;
export type RenderFailureCode = (typeof RENDER_FAILURE_CODES)[number];

export interface RenderFailure {
  readonly code: RenderFailureCode;
  readonly message: string;
}

/**
 * Child to parent, once per request. `rssBytes`: the process's resident memory after the job. `bytesInFile`: so many are the
 * variant's bytes, and lie in the result file; `bytes` is empty.
 */
export type RenderAnswer =
  | {
      readonly id: number;
      readonly result: RenderResult;
      readonly bytesInFile?: number | undefined;
      readonly rssBytes: number;
    }
  | { readonly id: number; readonly failure: RenderFailure; readonly rssBytes: number };

/** Child to parent: `ready` once, when its code is loaded and it takes requests; answers from then on. */
export type RenderMessage = { readonly ready: true } | RenderAnswer;
