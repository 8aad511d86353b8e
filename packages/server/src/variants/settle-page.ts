import { ServiceError } from '../errors.ts';
import type { PictureFacts } from '../render/protocol.ts';

/** Which of a picture's frames or pages are used. */
export interface SettledPage {
  /** The one, from 1; undefined where there is only one. Of an animation the first, unless another was asked for. */
  readonly page: number | undefined;
  /** True where every frame is used, if the format of the result has animations. */
  readonly isAnimated: boolean;
  /** What the header says of that frame or page. */
  readonly facts: PictureFacts;
}

/** Settles `page/<n>`; throws `page_not_found` where the picture has fewer. */
export function settlePage(asked: number | undefined, facts: PictureFacts): SettledPage {
  const count = facts.pages?.length ?? facts.frames;
  const page = asked ?? 1;
  const paged = facts.pages === undefined ? facts : facts.pages[page - 1];
  if (page > count || paged === undefined) {
    throw new ServiceError('page_not_found', `page ${page} of a picture that has ${count}`);
  }
  return {
    page: count === 1 ? undefined : page,
    isAnimated: facts.frames > 1 && asked === undefined,
    facts: paged,
  };
}
