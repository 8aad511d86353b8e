/** `damage`: bytes are not what they were; `leftover`: may go; `note`: worth knowing. */
export type FindingKind = 'damage' | 'leftover' | 'note';

/** Something about a file of a store. */
export interface Finding {
  readonly kind: FindingKind;
  /** Absolute. */
  readonly path: string;
  /** Completes "<path>: ...". */
  readonly message: string;
}
