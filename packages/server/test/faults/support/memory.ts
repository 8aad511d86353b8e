import { readFileSync, writeFileSync } from 'node:fs';

/** Resident memory of a process now, in bytes. */
export function rssBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS');
}

/** Forgets the peak so far: from here on `peakRssBytes` is that of what comes. Linux only. */
export function resetPeak(pid: number): void {
  // proc(5): 5 resets the peak resident set size.
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The most resident memory since `resetPeak`, in bytes. */
export function peakRssBytes(pid: number): number {
  return statusBytes(pid, 'VmHWM');
}

/** A line of what the kernel says of a process (`/proc/<pid>/status`). */
export function statusLine(pid: number, name: string): string {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(text)?.[1] ?? '';
}

function statusBytes(pid: number, name: string): number {
  return Number.parseInt(statusLine(pid, name), 10) * 1024;
}

/** As "12 MB", for the report. */
export function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MB`;
}
