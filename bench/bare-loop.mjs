// What the server is measured against: nothing but sharp in node:http. `/<photograph>/<width>x<height>/<format>`.
import { createServer } from 'node:http';
import path from 'node:path';
import sharp from 'sharp';
import { encode } from '../packages/server/dist/render/child/encode.js';

const [folder = ''] = process.argv.slice(2);

const server = createServer(async (request, response) => {
  const [, name = '', box = '', format = ''] = (request.url ?? '').split('/');
  const [width, height] = box.split('x').map(Number);
  const image = sharp(path.join(folder, name)).autoOrient().resize({ width, height, fit: 'inside' });
  const bytes = await encode(image, format);
  response.writeHead(200, { 'Content-Type': `image/${format}`, 'Content-Length': bytes.length });
  response.end(bytes);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
