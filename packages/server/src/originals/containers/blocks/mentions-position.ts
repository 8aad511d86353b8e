const POSITION = /GPS[A-Z0-9_]|gps[A-Z_:.]|[Ll]atitude|[Ll]ongitude|WGS-?84/;

/**
 * Whether bytes in a form that nobody here can read name a position. Four letters and more, so that it is not said by
 * chance of the binary tables that cameras write.
 */
export function mentionsPosition(bytes: Buffer): boolean {
  return POSITION.test(bytes.toString('latin1'));
}
