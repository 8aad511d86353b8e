// The pictures of docs/operations.md, drawn by a server of their own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { examplePictures } from '../packages/recipe/dist/operations-page.js';

const MAIN = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url));
const OWN_FILES = ['photograph.jpg', 'mark.png', 'animation.gif'];

/** Writes every example's picture into the folder (a URL), and removes those of examples that are gone. */
export async function drawExamples(folder) {
  const cwd = await mkdtemp(join(tmpdir(), 'draw-examples-'));
  const server = spawn(process.execPath, [MAIN], {
    cwd,
    env: { PATH: process.env.PATH, PORT: '0', STORAGE: 'memory', CACHE: 'none' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await listening(server);
    const [photograph, mark, animation] = await Promise.all(
      OWN_FILES.map(async (file) => upload(url, await readFile(new URL(file, folder)))),
    );
    const pictures = examplePictures();
    for (const { recipe, file, isAnimated } of pictures) {
      const original = isAnimated ? animation : photograph;
      const own = recipe.replace(/\d{40}/, mark.slice('/image/'.length));
      const response = await fetch(`${url}${original}/${own}`);
      if (response.status !== 200) throw new Error(`${recipe}: ${await response.text()}`);
      await writeFile(new URL(file, folder), Buffer.from(await response.arrayBuffer()));
    }
    const wanted = new Set([...OWN_FILES, ...pictures.map(({ file }) => file)]);
    for (const file of await readdir(folder)) if (!wanted.has(file)) await rm(new URL(file, folder));
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
    await rm(cwd, { recursive: true, force: true });
  }
}

async function listening(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const { msg, url } = JSON.parse(line);
    if (msg !== 'listening') continue;
    server.stdout.resume();
    return url;
  }
  throw new Error('the server did not start');
}

async function upload(url, bytes) {
  const body = new FormData();
  body.append('file', new Blob([bytes]), 'picture');
  const answer = await (await fetch(`${url}/upload`, { method: 'POST', body })).json();
  if (answer.url === undefined) throw new Error(answer.message);
  return answer.url;
}
