/** How a render process is told whom to become: numbers, in its environment. */
export const USER_ENV = { uid: 'RENDER_UID', gid: 'RENDER_GID' } as const;

/**
 * Gives up this process's user and groups for those that the environment names, if it does; for good. Called by a
 * render process when all its code is loaded (which its new user may not be able to read) and before its first job.
 * Throws where it may not: a process that should have no rights must not work with them.
 */
export function dropUser(env: NodeJS.ProcessEnv): void {
  const uid = env[USER_ENV.uid];
  const gid = env[USER_ENV.gid];
  if (uid === undefined || gid === undefined) return;
  // In this order: after setuid nothing of it would be allowed any more.
  process.setgroups?.([]);
  process.setgid?.(Number(gid));
  process.setuid?.(Number(uid));
}
