import { readdirSync, readFileSync } from 'node:fs';

// The kernel counts CPU time in ticks of 10 ms on every Linux that Node runs on (USER_HZ is part of its interface).
const MS_PER_TICK = 10;

/**
 * CPU milliseconds (user and system) of a process and everything that descends from it, those that have ended included:
 * their time has become their parent's (`cutime`, `cstime`).
 * @param {number} root pid
 */
export function cpuMs(root) {
  // After pid and name (in parentheses) come state, ppid, ...: utime, stime, cutime and cstime are fields 14 to 17.
  const ticks = tree(root).map(({ fields }) =>
    fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0),
  );
  return ticks.reduce((sum, count) => sum + count, 0) * MS_PER_TICK;
}

/**
 * Resident bytes of the same processes; a page that several share counts once (Pss).
 * @param {number} root pid
 */
export function memoryBytes(root) {
  return tree(root).reduce((sum, { pid }) => {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readIfAlive(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0;
    return sum + Number(kilobytes) * 1024;
  }, 0);
}

/** @param {number} root @returns {{ pid: number, fields: string[] }[]} */
function tree(root) {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), stat: readIfAlive(`/proc/${name}/stat`) }))
    .filter(({ stat }) => stat !== '')
    .map(({ pid, stat }) => ({ pid, fields: stat.slice(stat.lastIndexOf(')') + 2).split(' ') }));
  const pids = new Set([root]);
  for (let before = 0; before < pids.size; ) {
    before = pids.size;
    for (const { pid, fields } of processes) if (pids.has(Number(fields[1]))) pids.add(pid);
  }
  return processes.filter(({ pid }) => pids.has(pid));
}

/** @param {string} file */
function readIfAlive(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * CPU milliseconds (user and system) of one process alone.
 * @param {number} pid
 */
export function ownCpuMs(pid) {
  const own = tree(pid).find((process) => process.pid === pid);
  return own === undefined ? 0 : (Number(own.fields[11]) + Number(own.fields[12])) * MS_PER_TICK;
}

/**
 * Resident bytes of one process alone.
 * @param {number} pid
 */
export function ownRssBytes(pid) {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readIfAlive(`/proc/${pid}/status`))?.[1] ?? 0;
  return Number(kilobytes) * 1024;
}
