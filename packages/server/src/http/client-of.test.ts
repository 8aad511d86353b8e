import { describe, expect, it } from 'vitest';
import { clientOf, varianceHeaders } from './client-of.ts';

describe('clientOf', () => {
  it('reads the hints, up to the next of a few values', () => {
    expect(clientOf({ 'sec-ch-dpr': '2.625', 'sec-ch-width': '641', 'save-data': 'on' })).toMatchObject({
      dpr: 3,
      widthPx: 700,
      savesData: true,
    });
    expect(clientOf({ dpr: '1.5', width: '700' })).toMatchObject({ dpr: 1.5, widthPx: 700 });
    expect(clientOf({ dpr: '0.8', width: '99999' })).toMatchObject({ dpr: 1, widthPx: 8000 });
  });

  it.each(['', '0', '-1', '1e3', 'NaN', '2, 3', '100000', 'x'])('passes over the hint "%s"', (value) => {
    const client = clientOf({ 'sec-ch-dpr': value, width: value });
    expect([client.dpr, client.widthPx]).toEqual([undefined, undefined]);
  });

  it('takes no header for no wish', () => {
    expect(clientOf({})).toMatchObject({ savesData: false, dpr: undefined, widthPx: undefined });
    expect(clientOf({ 'save-data': 'off' }).savesData).toBe(false);
  });
});

describe('varianceHeaders', () => {
  it('names the headers that decided', () => {
    expect(varianceHeaders([])).toEqual({});
    expect(varianceHeaders(['accepted', 'savesData'])).toEqual({ vary: 'Accept, Save-Data' });
    expect(varianceHeaders(['dpr', 'widthPx'])).toEqual({
      vary: 'Sec-CH-DPR, DPR, Sec-CH-Width, Width',
      'accept-ch': 'Sec-CH-DPR, DPR, Sec-CH-Width, Width',
    });
  });
});
