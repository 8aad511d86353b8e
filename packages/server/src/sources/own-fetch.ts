const PSEUDONYM = 'images-server';

/** The header field that marks every fetch of a remote picture, so that a server which is asked to fetch from itself can tell. */
export const OWN_FETCH_HEADER = { name: 'via', value: `1.1 ${PSEUDONYM}` } as const;

/** Whether a request, by its `Via` field, was sent by an images-server on its way to a remote picture. */
export function isOwnFetch(via: string | undefined): boolean {
  const hops = (via ?? '').split(',').map((hop) => hop.trim().split(/\s+/));
  return hops.some(([, receivedBy]) => receivedBy?.toLowerCase() === PSEUDONYM);
}
