// What the server is measured against: nothing but sharp in node:http. `/<photograph>/<width>x<height>/<format>`.
// What it makes is what the server makes: the encoders' settings are the server's own, so that they cannot drift.
import { createServer } from 'node:http';
import path from 'node:path';
import sharp from 'sharp';
import { encode } from '../packages/server/dist/render/child/encode.js';
import { DEFAULT_QUALITY } from '../packages/server/dist/variants/output-plan.js';

const [folder = ''] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const [, name = '', box = '', format = ''] = (request.url ?? '').split('/');
  const [width = 0, height = 0] = box.split('x').map(Number);
  const image = sharp(path.join(folder, name)).autoOrient().resize({ width, height, fit: 'inside' });
  const bytes = await encode(image, planOf(format)).toBuffer();
  response.writeHead(200, { 'Content-Type': `image/${format}`, 'Content-Length': bytes.length });
  response.end(bytes);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));

/** @param {string} name @returns {{ format: 'jpeg' | 'png' | 'webp', quality: number }} */
function planOf(name) {
  if (name !== 'jpeg' && name !== 'png' && name !== 'webp') throw new Error(`no format ${name}`);
  return { format: name, quality: DEFAULT_QUALITY[name] };
}
