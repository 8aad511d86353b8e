import type { Canvas, Color, Face, Size } from '@images-server/recipe';
import { rotatedSize, STAGES } from '@images-server/recipe';
import type { OverlayOptions } from 'sharp';
import { ServiceError } from '../../errors.ts';
import { isSameSize } from './assert-size.ts';
import { followFaces, shiftedBy } from './faces/follow-faces.ts';
import { placeAroundFaces } from './faces/place-around-faces.ts';
import { type FindBox, findAnew } from './first-frame.ts';
import type { Layers } from './layers.ts';
import { enlarge, rotation } from './mapping.ts';
import type { Orientation } from './orientation.ts';
import {
  isUntouched,
  type Pass,
  passSize,
  withExtract,
  withFilter,
  withFlattening,
  withMargins,
  withOrientation,
  withReduction,
} from './pass.ts';
import { createPendingPass } from './pending-pass.ts';
import { pointOfInterest } from './point-of-interest.ts';

/** A canvas that gathers what it is told into as few runs of sharp as sharp's own order allows. */
export interface PassCanvas extends Canvas {
  /** What is still to be done: the last run, which can encode as well. */
  readonly pass: Pass;
}

const TRANSPARENT: Color = { r: 0, g: 0, b: 0, alpha: 0 };

/** What a canvas gets from outside. */
export interface CanvasHelp {
  /** Recalls what an earlier frame's canvas found. */
  readonly findBox?: FindBox;
  /** The faces in the frame, in fractions of its sides; needed where a step needs them. */
  readonly faces?: readonly Face[] | undefined;
  /** What steps can lay on the picture; needed where one does. */
  readonly layers?: Layers | undefined;
}

/** Begins with one frame; nothing runs before it has to. */
export function createCanvas(start: Pass, help: CanvasHelp = {}): PassCanvas {
  const { findBox = findAnew, layers = NO_LAYERS } = help;
  const pending = createPendingPass(start);
  const faces = followFaces(help.faces, passSize(start));

  async function turn(orientation: Orientation): Promise<void> {
    faces.turn(orientation, canvas);
    await pending.change((pass) => withOrientation(pass, orientation));
  }

  const canvas: PassCanvas = {
    background: undefined,
    get width() {
      return passSize(pending.pass).width;
    },
    get height() {
      return passSize(pending.pass).height;
    },
    get hasAlpha() {
      return pending.pass.hasAlpha;
    },
    get pass() {
      return pending.pass;
    },
    get faces() {
      return faces.now();
    },
    async resample(after) {
      faces.map(enlarge(canvas, after));
      const reduced = isDrawing(pending.pass) ? after : smallerOf(canvas, after);
      if (!isSameSize(reduced, canvas)) await pending.change((pass) => withReduction(pass, reduced));
      if (!isSameSize(reduced, after)) await pending.map(enlarge(reduced, after), 'edge');
    },
    async extract(box) {
      faces.map(shiftedBy(-box.left, -box.top));
      if (!isSameSize(box, canvas)) await pending.change((pass) => withExtract(pass, box));
    },
    async rotate(degrees) {
      const turned = ((degrees % 360) + 360) % 360;
      if (turned % 90 === 0) return turn({ mirrored: false, turns: turned / 90 });
      const mapping = rotation(turned, canvas, rotatedSize(turned, canvas));
      faces.map(mapping);
      await pending.map(mapping, canvas.background ?? TRANSPARENT);
    },
    async flip({ horizontal, vertical }) {
      // Upside down is a mirror image turned by 180 degrees.
      await turn({ mirrored: horizontal !== vertical, turns: vertical ? 2 : 0 });
    },
    async extend(edges, fill = canvas.background ?? TRANSPARENT) {
      faces.map(shiftedBy(edges.left, edges.top));
      await pending.change((pass) => withMargins(pass, { ...edges, fill }));
    },
    async flatten(color) {
      if (!canvas.hasAlpha) return;
      if (color.alpha === 1) await pending.change((pass) => withFlattening(pass, color));
      else await canvas.filter(STAGES.composite, (image) => image.composite([layerBehind(color)]));
    },
    async pointOfInterest(kind, box) {
      const place = kind === 'face' ? placeAroundFaces(faces.now(), box, canvas) : undefined;
      return (
        place ??
        findBox(async () => ({ ...box, ...(await pointOfInterest(await pending.pixels(), kind, box)) }))
      );
    },
    boxOnFirstFrame: findBox,
    async filter(stage, calls) {
      await pending.change((pass) => withFilter(pass, { stage, calls }));
    },
    overlay: layers.overlay,
    typeset: layers.typeset,
    pixels: pending.pixels,
    replace(pixels) {
      faces.map(enlarge(canvas, pixels));
      pending.replace(pixels);
    },
  };
  return canvas;
}

/** True where the next pass draws the picture in any size, without loss. */
function isDrawing(pass: Pass): boolean {
  return pass.source.kind === 'original' && pass.source.format === 'svg' && isUntouched(pass);
}

function smallerOf(first: Size, second: Size): Size {
  return {
    width: Math.min(first.width, second.width),
    height: Math.min(first.height, second.height),
  };
}

const NO_LAYERS: Layers = {
  overlay: () => Promise.reject(new ServiceError('internal', 'a canvas without layers')),
  typeset: () => Promise.reject(new ServiceError('internal', 'a canvas without layers')),
};

/** One pixel of the colour, everywhere, behind what is there. */
function layerBehind(background: Color): OverlayOptions {
  const create = { width: 1, height: 1, channels: 4 as const, background };
  return { input: { create }, tile: true, blend: 'dest-over' };
}
