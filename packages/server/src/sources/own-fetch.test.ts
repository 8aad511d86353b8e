import { describe, expect, it } from 'vitest';
import { isOwnFetch, OWN_FETCH_HEADER } from './own-fetch.ts';

describe('isOwnFetch', () => {
  it('knows its own mark, alone or among those of proxies', () => {
    expect(isOwnFetch(OWN_FETCH_HEADER.value)).toBe(true);
    expect(isOwnFetch(`1.1 edge.example (nginx),${OWN_FETCH_HEADER.value}, HTTP/2 Images-Server`)).toBe(true);
  });

  it.each([undefined, '', '1.1 nginx', '1.1 images-server.example', 'images-server', ',,'])(
    'leaves %s alone',
    (via) => {
      expect(isOwnFetch(via)).toBe(false);
    },
  );
});
