import type { Face, Position, Size } from '@images-server/recipe';

/**
 * Where a box of that size, not larger than the picture, holds as much as it can of the faces whole; undefined where
 * there is no face in the picture. Larger faces count more (by the root of their area), surer ones much more (by the square
 * of their score), and those in a corner half as much as those in the middle. Of the places that are equally good the one with the faces in the middle of the box is
 * taken. Where not even one face fits, the box is centred on the one that counts most.
 */
export function placeAroundFaces(faces: readonly Face[], box: Size, picture: Size): Position | undefined {
  const subjects = faces
    .flatMap((face) => subjectOf(face, picture))
    .sort((first, second) => second.weight - first.weight)
    .slice(0, MOST_FACES);
  const [main] = subjects;
  if (main === undefined) return undefined;
  const across = { box: box.width, picture: picture.width };
  const down = { box: box.height, picture: picture.height };
  const kept = bestKept(subjects, across, down);
  const wanted = kept.length > 0 ? kept : [main];
  return {
    left: placeOn(
      across,
      wanted.map((subject) => subject.x),
    ),
    top: placeOn(
      down,
      wanted.map((subject) => subject.y),
    ),
  };
}

/** A crowd: the choice among more of them would take long and show nothing. */
const MOST_FACES = 40;

/** From `start` to `end`, and so much more on each side where there is room. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly margin: number;
}

interface Subject {
  readonly x: Span;
  readonly y: Span;
  readonly weight: number;
}

interface Axis {
  readonly box: number;
  readonly picture: number;
}

/** What of a face lies in the picture. */
function subjectOf({ left, top, width, height, score }: Face, picture: Size): Subject[] {
  const x = spanInside(left, width, picture.width);
  const y = spanInside(top, height, picture.height);
  if (x.start >= x.end || y.start >= y.end) return [];
  const offCentre = Math.hypot((x.start + x.end) / picture.width - 1, (y.start + y.end) / picture.height - 1);
  const side = Math.sqrt((x.end - x.start) * (y.end - y.start));
  return [{ x, y, weight: side * score ** 2 * (1 - offCentre / Math.SQRT2 / 2) }];
}

function spanInside(start: number, length: number, sidePx: number): Span {
  return {
    start: Math.max(0, start),
    end: Math.min(sidePx, start + length),
    margin: length * FACE_MARGIN,
  };
}

const FACE_MARGIN = 0.25;

/** The faces that are whole where those that are add up to the most. */
function bestKept(subjects: readonly Subject[], across: Axis, down: Axis): readonly Subject[] {
  let kept: readonly Subject[] = [];
  let most = 0;
  for (const left of placesOn(
    across,
    subjects.map(({ x }) => x),
  )) {
    const inColumn = subjects.filter(({ x }) => isWhole(x, left, across.box));
    for (const top of placesOn(
      down,
      inColumn.map(({ y }) => y),
    )) {
      const whole = inColumn.filter(({ y }) => isWhole(y, top, down.box));
      const weight = whole.reduce((sum, subject) => sum + subject.weight, 0);
      if (weight > most) [kept, most] = [whole, weight];
    }
  }
  return kept;
}

/** Where a face has just come in at the far side; whatever a box can hold, it holds at one of these. */
function placesOn({ box, picture }: Axis, spans: readonly Span[]): number[] {
  return spans.map(({ end }) => Math.max(0, Math.min(picture - box, Math.ceil(end) - box)));
}

function isWhole({ start, end }: Span, place: number, box: number): boolean {
  return start >= place && end <= place + box;
}

/** The middle of all that is wanted, as far as that keeps it whole. */
function placeOn({ box, picture }: Axis, wanted: readonly Span[]): number {
  const start = Math.min(...wanted.map((span) => span.start));
  const end = Math.max(...wanted.map((span) => span.end));
  const startWithMargin = Math.max(0, Math.min(...wanted.map((span) => span.start - span.margin)));
  const endWithMargin = Math.min(picture, Math.max(...wanted.map((span) => span.end + span.margin)));
  const centred = Math.round((startWithMargin + endWithMargin - box) / 2);
  const whole = end - start <= box ? clamped(centred, Math.ceil(end) - box, Math.floor(start)) : centred;
  return clamped(whole, 0, picture - box);
}

function clamped(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
