/** The folder of files that lie in memory; only Linux has it. */
export const SHARED_MEMORY = '/dev/shm';
