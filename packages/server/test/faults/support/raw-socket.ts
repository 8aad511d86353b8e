import { connect } from 'node:net';

/**
 * Sends bytes on a connection of its own and returns everything that came back until the server closed it, or until
 * nothing came for `quietMs` after the last byte; `ends` closes our side after sending.
 */
export async function exchange(
  port: number,
  bytes: string | Uint8Array,
  { quietMs = 3000, ends = false } = {},
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  // A server that refuses may reset; what it said before counts.
  socket.on('error', () => {});
  socket.setTimeout(quietMs, () => socket.destroy());
  if (typeof bytes === 'string') socket.write(bytes, 'latin1');
  else socket.write(bytes);
  if (ends) socket.end();
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(received).toString('latin1');
}

/** The statuses of the answers in what came back, in order. */
export function statusesOf(answers: string): number[] {
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
