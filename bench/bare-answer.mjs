// What a hit is measured against: node:http answering the same bytes over and over.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file = ''] = process.argv.slice(2);
const bytes = readFileSync(file);

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': bytes.length });
  response.end(bytes);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
