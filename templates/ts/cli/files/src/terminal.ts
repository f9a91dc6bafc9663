// stdin, stdout and stderr through WASI.

import { getStderr } from 'wasi:cli/stderr';
import { getStdin } from 'wasi:cli/stdin';
import { getStdout } from 'wasi:cli/stdout';

import type { Terminal } from './greeting.js';

/** WASI writes at most this many bytes at a time. */
const PIECE = 4096;

function write(out: ReturnType<typeof getStdout>, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += PIECE) {
    out.blockingWriteAndFlush(bytes.subarray(start, start + PIECE));
  }
}

export const terminal: Terminal = {
  read() {
    const input = getStdin();
    const decoder = new TextDecoder();
    let text = '';
    try {
      while (true) {
        text += decoder.decode(input.blockingRead(65536n), { stream: true });
      }
    } catch (error) {
      // The end of stdin is reported as an error.
      if (!isClosed(error)) {
        throw error;
      }
    }
    return text + decoder.decode();
  },
  write: (text) => write(getStdout(), text),
  complain: (text) => write(getStderr(), text),
};

function isClosed(error: unknown): boolean {
  return (error as { payload?: { tag?: string } }).payload?.tag === 'closed';
}
