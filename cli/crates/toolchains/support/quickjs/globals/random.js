// `Math.random` and `crypto` with the host's random numbers, if `permissions.random` is granted. Without it, `Math.random` gives the
// same numbers in every instance: the engine draws its seed when the component is built.

import { host, lacking } from './host.js';

const frozen = Math.random;
let state;

/** A number from 0 to 1 by xorshift128, seeded once in every instance. */
Math.random = () => {
  if (host.random === undefined || !host.running) {
    return frozen();
  }
  state ??= new Uint32Array(host.random(16).slice().buffer);
  const next = () => {
    let value = state[3];
    value ^= value << 11;
    value ^= value >>> 8;
    state[3] = state[2];
    state[2] = state[1];
    state[1] = state[0];
    state[0] = value ^ state[0] ^ (state[0] >>> 19);
    return state[0];
  };
  return ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
};

function bytes(length) {
  if (host.random === undefined) {
    throw lacking('crypto', 'the component has no `permissions.random`');
  }
  if (!host.running) {
    throw lacking('crypto', 'the code at the top of a file runs when the component is built; use it in a function');
  }
  return host.random(length);
}

globalThis.crypto = {
  getRandomValues(array) {
    const view = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    view.set(bytes(view.length));
    return array;
  },
  randomUUID() {
    const drawn = bytes(16);
    drawn[6] = (drawn[6] & 0x0f) | 0x40;
    drawn[8] = (drawn[8] & 0x3f) | 0x80;
    const digits = Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  },
};
