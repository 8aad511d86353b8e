// Runs the Dockerfile without Docker: each stage is a copy-on-write layer over this machine's root (which has to be what
// the base image is: Debian 12 with the same Node), its steps run in it with chroot, and then the image is started as a
// container would be: a network of its own, port 80, volumes that belong to somebody else. What it cannot check is the
// base image itself and other architectures. Linux, as root: sudo node deploy/check-image.mjs
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const INSIDE = 'IMAGE_CHECK_INSIDE';

/** Run in the image: uploads a picture and asks for it smaller. Only the server's own production packages are there. */
const USE = `
  import sharp from 'sharp';
  const picture = await sharp({ create: { width: 400, height: 300, channels: 3, background: 'teal' } }).jpeg().toBuffer();
  const body = new FormData();
  body.append('file', new Blob([picture]), 'teal.jpg');
  const upload = await fetch('http://127.0.0.1/upload', { method: 'POST', body });
  const { hash } = await upload.json();
  const variant = await fetch('http://127.0.0.1/image/' + hash + '/resize/40x40/format/webp');
  console.log('upload', upload.status, 'variant', variant.status, variant.headers.get('content-type'));
  if (variant.headers.get('content-type') !== 'image/webp') process.exit(1);
`;

if (process.env[INSIDE] === undefined) {
  const folder = mkdtempSync(path.join(tmpdir(), 'images-server-image-'));
  // All mounts below are made in a namespace of that process's own, so none of them can be left behind.
  const { status } = spawnSync(
    'unshare',
    ['--mount', '--propagation=private', process.execPath, fileURLToPath(import.meta.url)],
    {
      env: { ...process.env, [INSIDE]: folder },
      stdio: 'inherit',
    },
  );
  rmdirSync(folder);
  process.exitCode = status ?? 1;
} else {
  await checkImage(process.env[INSIDE]);
}

/** @param {string} folder an empty one */
async function checkImage(folder) {
  // In memory: an upper layer may not lie on an overlay itself, as it would in a container.
  run('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
  const context = path.join(folder, 'context');
  gatherContext(context);
  const image = buildStages(
    parseDockerfile(readFileSync(path.join(project, 'Dockerfile'), 'utf8')),
    context,
    folder,
  );
  await startImage(image);
  console.log('the image builds, starts, serves and stops');
}

/**
 * What the build may see: the project's files but for what .dockerignore names.
 * @param {string} context
 */
function gatherContext(context) {
  const listed = execFileSync(
    'git',
    ['-c', 'safe.directory=*', 'ls-files', '-co', '--exclude-standard', '-z'],
    {
      cwd: project,
      encoding: 'utf8',
    },
  );
  const ignored = readFileSync(path.join(project, '.dockerignore'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(ignorePattern);
  for (const file of listed
    .split('\0')
    .filter((name) => name !== '' && existsSync(path.join(project, name)))) {
    if (!ignored.some((pattern) => pattern.test(file)))
      cpSync(path.join(project, file), path.join(context, file));
  }
}

/** @param {string} line of .dockerignore: names, `*` within one and a leading `**` */
function ignorePattern(line) {
  const body = line.replace(/^\//, '').replace(/^\*\*\//, '');
  const source = body.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
  return new RegExp(`^${line.startsWith('**/') ? '(.*/)?' : ''}${source}(/|$)`);
}

/** @param {string} text @returns {{ word: string, rest: string }[]} */
function parseDockerfile(text) {
  return text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }));
}

/**
 * @typedef {{ root: string, layers: string[], workdir: string, env: Record<string, string>, settings: Record<string, string> }} Stage
 * @param {{ word: string, rest: string }[]} steps @param {string} context @param {string} folder
 * @returns {Stage} the last one
 */
function buildStages(steps, context, folder) {
  /** @type {Map<string, Stage>} */
  const stages = new Map();
  /** @type {Stage | undefined} */
  let stage;
  for (const { word, rest } of steps) {
    console.log(`${word} ${rest}`);
    if (word === 'FROM') {
      const [base = '', , name = 'image'] = rest.split(' ');
      stage = openStage(path.join(folder, name), stages.get(base), base);
      stages.set(name, stage);
    } else {
      assert(stage, 'the first step is FROM');
      runStep(stage, word, rest, { context, stages });
    }
  }
  assert(stage, 'the Dockerfile has a stage');
  return stage;
}

/** @param {string} folder @param {Stage | undefined} base @param {string} image @returns {Stage} */
function openStage(folder, base, image) {
  if (base === undefined)
    assert.match(image, new RegExp(`^node:${process.versions.node}-`), "run this with the image's Node");
  const upper = path.join(folder, 'upper');
  const work = path.join(folder, 'work');
  const root = path.join(folder, 'root');
  for (const part of [upper, work, root]) mkdirSync(part, { recursive: true });
  const layers = [upper, ...(base?.layers ?? [])];
  run('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=${[...layers.slice(1), '/'].join(':')},upperdir=${upper},workdir=${work}`,
    root,
  ]);
  run('mount', ['-t', 'proc', 'proc', path.join(root, 'proc')]);
  run('mount', ['--rbind', '/dev', path.join(root, 'dev')]);
  if (base === undefined) {
    assert(!existsSync('/app'), 'this machine has a folder /app, which the image must not see');
    run('chroot', [root, 'sh', '-c', 'id node >/dev/null 2>&1 || useradd --create-home node']);
  }
  return {
    root,
    layers,
    workdir: base?.workdir ?? '/',
    env: { ...base?.env },
    settings: { ...base?.settings },
  };
}

/** @param {Stage} stage @param {string} word @param {string} rest @param {{ context: string, stages: Map<string, Stage> }} from */
function runStep(stage, word, rest, from) {
  switch (word) {
    case 'WORKDIR':
      stage.workdir = rest;
      mkdirSync(path.join(stage.root, rest), { recursive: true });
      return;
    case 'ENV':
      for (const pair of rest.split(/\s+/))
        stage.env[pair.slice(0, pair.indexOf('='))] = pair.slice(pair.indexOf('=') + 1);
      return;
    case 'COPY':
      copy(stage, rest, from);
      return;
    case 'RUN':
      inside(stage, ['sh', '-c', rest]);
      return;
    case 'VOLUME':
    case 'EXPOSE':
    case 'HEALTHCHECK':
    case 'ENTRYPOINT':
    case 'CMD':
      stage.settings[word] = rest;
      return;
    default:
      assert.fail(`this script does not know ${word}`);
  }
}

/** @param {Stage} stage @param {string} rest @param {{ context: string, stages: Map<string, Stage> }} from */
function copy(stage, rest, { context, stages }) {
  const words = rest.split(' ');
  const option = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  const base = option === undefined ? context : stages.get(option)?.root;
  assert(base, `there is no stage ${option}`);
  const target = words.pop() ?? '';
  const destination = path.join(stage.root, path.resolve(stage.workdir, target));
  for (const source of words.map((word) => path.join(base, word))) {
    const into =
      statSync(source).isFile() && target.endsWith('/')
        ? path.join(destination, path.basename(source))
        : destination;
    cpSync(source, into, { recursive: true, verbatimSymlinks: true });
  }
}

/**
 * Starts the image with volumes that root owns, uses it, and stops it.
 * @param {Stage} stage
 */
async function startImage(stage) {
  const { ENTRYPOINT, CMD, HEALTHCHECK } = stage.settings;
  const original = path.join(stage.root, 'app/uploads/ab/cdef');
  mkdirSync(path.dirname(original), { recursive: true });
  run('sh', ['-c', `echo old >${original}; ln -s /etc/passwd ${path.dirname(original)}/link`]);

  const command = [...JSON.parse(ENTRYPOINT ?? '[]'), ...JSON.parse(CMD ?? '[]')];
  // What Docker does for a container: a network of its own, where everybody may bind every port.
  const network = 'ip link set lo up; echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start; exec "$@"';
  const server = spawn(
    'unshare',
    ['--net', 'sh', '-c', network, 'sh', 'chroot', stage.root, 'env', '-C', stage.workdir, ...command],
    { env: { PATH: process.env.PATH, AUTH: 'open', ...stage.env }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const exited = once(server, 'exit');
  try {
    const health = JSON.parse((HEALTHCHECK ?? '').replace(/^.*? CMD /, ''));
    await until(() => inside(stage, health, server.pid), exited);
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    const node = Number(execFileSync('chroot', [stage.root, 'id', '-u', 'node']));
    assert.match(status, new RegExp(`Uid:\\s${node}\\s${node}\\s${node}\\s`), 'it runs as node');
    assert.match(status, /NoNewPrivs:\s1/);
    assert.match(status, /CapBnd:\s0+\n/, 'without a way back to root');
    assert.equal(statSync(original).uid, node, 'the volume has been taken over');
    assert.equal(statSync(path.join(stage.root, 'etc/passwd')).uid, 0, 'but not what a link in it points to');
    inside(stage, ['node', '--input-type=module', '-e', USE], server.pid);
  } finally {
    server.kill('SIGTERM');
  }
  assert.deepEqual(await exited, [0, null], 'SIGTERM ends it with 0');
}

/** @param {Stage} stage @param {string[]} command @param {number} [network] the process whose network it runs in */
function inside(stage, command, network) {
  const words = ['chroot', stage.root, 'env', '-C', stage.workdir, ...command];
  const [program = '', ...rest] =
    network === undefined ? words : ['nsenter', '-t', String(network), '--net', ...words];
  run(program, rest, { env: { PATH: process.env.PATH, HOME: '/root', ...stage.env } });
}

/** @param {string} program @param {string[]} words @param {{ env?: NodeJS.ProcessEnv }} [options] */
function run(program, words, options = {}) {
  const { status } = spawnSync(program, words, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}`);
}

/**
 * Tries every 200 ms until it does not throw, at most 15 s.
 * @param {() => void} attempt @param {Promise<unknown>} exited
 */
async function until(attempt, exited) {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      attempt();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    const pause = new Promise((resolve) => setTimeout(resolve, 200, 'again'));
    assert.equal(await Promise.race([pause, exited]), 'again', 'the container has ended');
  }
}
