import type { IncomingHttpHeaders } from 'node:http';
import type { Client, ClientTrait } from '../variants/client.ts';
import { parseAccept } from './accept.ts';

/** What the request's headers say of the client; each is read when it is asked for. */
export function clientOf(headers: IncomingHttpHeaders): Client {
  return {
    get accepted() {
      return parseAccept(headers.accept);
    },
    get savesData() {
      return headers['save-data']?.toString().trim().toLowerCase() === 'on';
    },
    get dpr() {
      const dpr = hint(headers['sec-ch-dpr'] ?? headers.dpr);
      return dpr && Math.min(MAX_DPR, Math.max(1, Math.ceil(dpr / DPR_STEP) * DPR_STEP));
    },
    get widthPx() {
      const widthPx = hint(headers['sec-ch-width'] ?? headers.width);
      return widthPx && Math.min(MAX_WIDTH_PX, Math.ceil(widthPx / WIDTH_STEP_PX) * WIDTH_STEP_PX);
    },
  };
}

/** Hints go up to the next of a few values: every window's own width would be a variant of its own. */
const DPR_STEP = 0.5;
const MAX_DPR = 4;
const WIDTH_STEP_PX = 100;
const MAX_WIDTH_PX = 8000;

/** A positive number; undefined for anything else. */
function hint(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,5}(?:\.\d{1,10})?$/.test(value.trim())) return undefined;
  const number = Number(value);
  return number > 0 ? number : undefined;
}

const HEADERS: Readonly<Record<ClientTrait, string>> = {
  accepted: 'Accept',
  savesData: 'Save-Data',
  dpr: 'Sec-CH-DPR, DPR',
  widthPx: 'Sec-CH-Width, Width',
};

/** The headers that say by what of the client an answer varies, and which hints it could send. */
export function varianceHeaders(variesBy: readonly ClientTrait[]): Readonly<Record<string, string>> {
  if (variesBy.length === 0) return {};
  const hints = variesBy.filter((trait) => trait === 'dpr' || trait === 'widthPx');
  return {
    vary: variesBy.map((trait) => HEADERS[trait]).join(', '),
    ...(hints.length > 0 ? { 'accept-ch': hints.map((trait) => HEADERS[trait]).join(', ') } : {}),
  };
}
