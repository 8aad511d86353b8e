import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentName, settingsObject } from './schema.ts';
import { editDistance, unknownNames } from './unknown-names.ts';

const OURS = Object.keys(settingsObject.shape).map(environmentName);

describe('unknownNames', () => {
  it.each([
    ['CACHE_MAX_BYTE', 'CACHE_MAX_BYTES'],
    ['CACHE_MAX_BYTESS', 'CACHE_MAX_BYTES'],
    ['CACHE_MXA_BYTES', 'CACHE_MAX_BYTES'],
    ['RENDER_PROCESES', 'RENDER_PROCESSES'],
    ['STORAGE_DISKDIR', 'STORAGE_DISK_DIR'],
    ['SIGNATURE', 'SIGNATURES'],
    ['MAX_PIXEL', 'MAX_PIXELS'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['API_KEYS_X', 'API_KEYS'],
  ])('refuses %s and asks whether %s was meant', (name, meant) => {
    const { problems, warnings } = unknownNames({ [name]: 'a-value-that-may-be-secret' }, OURS);
    expect(warnings).toEqual([]);
    expect(problems).toEqual([{ name, message: `is not a setting; did you mean ${meant}?` }]);
  });

  it.each([
    'CACHE_PORT_6379_TCP',
    'CACHE_PORT_6379_TCP_ADDR',
    'CACHE_SERVICE_HOST',
    'CACHE_DIRECTORY',
    'RENDER_SERVICE_ID',
    'STORAGE_URL',
    'API_KEY',
    'LOG_FILE',
  ])('warns of %s, which has one of our prefixes', (name) => {
    const { problems, warnings } = unknownNames({ [name]: 'value' }, OURS);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(name)]);
  });

  it('names the likely setting also where the name is too short to be refused', () => {
    expect(unknownNames({ API_KEY: 'x' }, OURS).warnings).toEqual([
      'API_KEY is not a setting and is ignored; did you mean API_KEYS?',
    ]);
  });

  it('has nothing to say of ordinary environments', () => {
    const names =
      // a shell, npm, Docker, Kubernetes, systemd, GitHub Actions, and images that others build on
      `HOME HOSTNAME HOSTTYPE LANG LANGUAGE LOGNAME MAIL OLDPWD PATH PWD SHELL SHLVL TERM TMPDIR TZ USER USERNAME _
      INIT_CWD NODE NODE_ENV NODE_OPTIONS NODE_VERSION YARN_VERSION COLOR EDITOR npm_command npm_config_cache
      npm_config_user_agent npm_execpath npm_lifecycle_event npm_lifecycle_script npm_node_execpath npm_package_json
      npm_package_name npm_package_version KUBERNETES_PORT KUBERNETES_PORT_443_TCP KUBERNETES_PORT_443_TCP_ADDR
      KUBERNETES_PORT_443_TCP_PORT KUBERNETES_PORT_443_TCP_PROTO KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
      KUBERNETES_SERVICE_PORT_HTTPS REDIS_PORT_6379_TCP POD_NAME POD_NAMESPACE INVOCATION_ID JOURNAL_STREAM
      LISTEN_FDS LISTEN_PID NOTIFY_SOCKET RUNTIME_DIRECTORY STATE_DIRECTORY LOGS_DIRECTORY SYSTEMD_EXEC_PID
      CI GITHUB_ACTION GITHUB_ACTIONS GITHUB_ACTOR GITHUB_API_URL GITHUB_EVENT_NAME GITHUB_REF GITHUB_REPOSITORY
      GITHUB_RUN_ID GITHUB_SHA GITHUB_WORKSPACE ImageOS ImageVersion RUNNER_ARCH RUNNER_NAME RUNNER_OS RUNNER_TEMP
      RUNNER_TOOL_CACHE ACTIONS_CACHE_URL ACTIONS_RUNTIME_URL AGENT_TOOLSDIRECTORY DEPLOYMENT_BASEPATH
      GPG_KEY GPG_KEYS APP_KEYS http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY
      MALLOC_ARENA_MAX UV_THREADPOOL_SIZE VIPS_CONCURRENCY LD_PRELOAD SSH_AUTH_SOCK SSH_CLIENT SSH_CONNECTION
      XDG_CACHE_HOME XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS DISPLAY DATABASE_URL AWS_REGION AWS_ACCESS_KEY_ID
      VITEST VITEST_MODE VITEST_POOL_ID TEST DEV PROD MODE BASE_URL SSR`.split(/\s+/);
    expect(unknownNames(Object.fromEntries(names.map((name) => [name, 'value'])), OURS)).toEqual({
      problems: [],
      warnings: [],
    });
  });

  it('takes our own names, and passes over empty values', () => {
    const environment = Object.fromEntries(OURS.map((name) => [name, 'value']));
    expect(unknownNames({ ...environment, CACHE_MAX_BYTE: '', CACHE_PORT: ' ' }, OURS)).toEqual({
      problems: [],
      warnings: [],
    });
  });

  it('keeps values out of what it says', () => {
    expect(
      JSON.stringify(unknownNames({ API_KEYSS: 'hunter2-hunter2', API_KEY: 'hunter2' }, OURS)),
    ).not.toContain('hunter2');
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['HOST', 'HOSTNAME', 4],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 2],
  ])('counts the changes from %j to %j', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  it('law: symmetric, zero for equal texts only, and never more than the longer text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (from, to) => {
        const distance = editDistance(from, to);
        expect(editDistance(to, from)).toBe(distance);
        expect(distance === 0).toBe(from === to);
        expect(distance).toBeLessThanOrEqual(Math.max(from.length, to.length));
      }),
    );
  });
});
