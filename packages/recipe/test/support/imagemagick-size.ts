import type { Size } from '@images-server/recipe';

/**
 * ImageMagick 6.9.10's resize geometry, step by step and flag by flag as its `ParseMetaGeometry` runs it on text (a side
 * that comes to 0 is 1). It knows nothing of canonical forms, so it tells whether they changed a meaning.
 */
export function imageMagickSize(geometry: string, { width: W, height: H }: Size): Size {
  const has = (flag: string) => geometry.includes(flag);
  const core = geometry.replace(/[%!<>^@]/g, '');
  if (core.includes(':')) return ratioSize(core, { width: W, height: H });
  const isBare = !/[xX]/.test(core);
  const [before = '', after = ''] = core.split(/[xX]/).map((side) => side.replace(/[+-].*/, ''));
  if (has('%')) {
    const px = before === '' ? 100 : Number(before);
    const py = after === '' ? px : Number(after);
    return atLeastOne(round((px * W) / 100), round((py * H) / 100));
  }
  const w = before === '' ? undefined : round(Number(before));
  const h = after === '' ? undefined : round(Number(after));
  let size = fitted(w, h, { W, H, isBare, exact: has('!'), fill: has('^') });
  if (has('>')) size = { width: Math.min(size.width, W), height: Math.min(size.height, H) };
  if (has('<')) size = { width: Math.max(size.width, W), height: Math.max(size.height, H) };
  if (has('@')) {
    const t = reciprocal(Math.sqrt(W * H) * reciprocal(Math.sqrt(Number(before) + 1e-6)));
    if (W * t < size.width || H * t < size.height) return atLeastOne(Math.trunc(W * t), Math.trunc(H * t));
  }
  return size;
}

function fitted(
  w: number | undefined,
  h: number | undefined,
  { W, H, isBare, exact, fill }: { W: number; H: number; isBare: boolean; exact: boolean; fill: boolean },
): Size {
  if (exact) return { width: w ?? W, height: h ?? H };
  // ImageMagick leaves `3^` alone where the picture is 3 wide, an accident that is not followed.
  if (w === W && (h === H || (isBare && !fill))) return { width: W, height: H };
  const choose = fill ? Math.max : Math.min;
  let scale: number;
  if (w !== undefined && h !== undefined) scale = choose(w / W, h / H);
  else if (w !== undefined) scale = fill ? Math.max(w / W, w / H) : w / W;
  else if (h !== undefined) scale = fill ? Math.max(h / H, h / W) : h / H;
  else throw new TypeError('a geometry without sides');
  return atLeastOne(round(scale * W), round(scale * H));
}

function ratioSize(core: string, { width: W, height: H }: Size): Size {
  const [a = 0, b = 0] = core.split(':').map(Number);
  const r = a * reciprocal(b);
  const q = W * reciprocal(H);
  return r >= q ? atLeastOne(W, round(reciprocal(r) * H * q)) : atLeastOne(round(reciprocal(q) * W * r), H);
}

function round(value: number): number {
  return Math.floor(value + 0.5);
}

function reciprocal(value: number): number {
  return Math.abs(value) >= 1e-12 ? 1 / value : 1e12;
}

function atLeastOne(width: number, height: number): Size {
  return { width: Math.max(1, width), height: Math.max(1, height) };
}
