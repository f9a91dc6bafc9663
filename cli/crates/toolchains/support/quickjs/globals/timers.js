// `setTimeout` and its relatives, for handlers of HTTP with `permissions.clocks`: they wait for the host's clock, and the instance
// lives until the last has run out. Elsewhere nothing could wake the component, and calling them is an error.

import { host, lacking } from './host.js';

let last = 0;
const live = new Set();

function start(callback, delay, values, repeat) {
  if (host.sleep === undefined) {
    throw lacking('setTimeout', 'only handlers of HTTP with `permissions.clocks` can wait');
  }
  last += 1;
  const id = last;
  live.add(id);
  const wait = async () => {
    do {
      await host.sleep(Math.max(0, Number(delay) || 0));
      if (live.has(id)) {
        try {
          callback(...values);
        } catch (error) {
          console.error(error);
        }
      }
    } while (repeat && live.has(id));
    live.delete(id);
  };
  wait();
  return id;
}

globalThis.setTimeout = (callback, delay, ...values) => start(callback, delay, values, false);
globalThis.setInterval = (callback, delay, ...values) => start(callback, delay, values, true);
globalThis.clearTimeout = globalThis.clearInterval = (id) => void live.delete(id);
