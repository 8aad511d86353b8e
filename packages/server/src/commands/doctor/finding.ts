/** `problem`: it does not work so, or not for long; `advice`: it works, and could be better. */
export type FindingKind = 'ok' | 'advice' | 'problem';

/** What one look at the installation found. */
export interface Finding {
  readonly kind: FindingKind;
  /** What was looked at, in a word or two. */
  readonly subject: string;
  /** What there is. */
  readonly message: string;
  /** What to change; absent where nothing is. */
  readonly change?: string;
}

export function ok(subject: string, message: string): Finding {
  return { kind: 'ok', subject, message };
}

export function advice(subject: string, message: string, change: string): Finding {
  return { kind: 'advice', subject, message, change };
}

export function problem(subject: string, message: string, change: string): Finding {
  return { kind: 'problem', subject, message, change };
}
