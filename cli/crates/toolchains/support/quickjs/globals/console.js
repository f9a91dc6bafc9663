// `console`: info and below go to stdout, warnings and errors to stderr. Without `permissions.stdio` it is silent.

import { host } from './host.js';

const LIMIT = 4096;
const started = new Map();
const counts = new Map();
let indent = '';

function write(stream, values) {
  if (host.stdio === undefined || !host.running) {
    return;
  }
  const text = values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ');
  const bytes = new TextEncoder().encode(`${indent}${text.replaceAll('\n', `\n${indent}`)}\n`);
  const out = host.stdio[stream]();
  try {
    for (let start = 0; start < bytes.length; start += LIMIT) {
      out.blockingWriteAndFlush(bytes.subarray(start, start + LIMIT));
    }
  } catch {
    // Nobody listens any more, which is no reason to fail.
  } finally {
    out[Symbol.dispose]?.();
  }
}

function inspect(value, depth = 0, seen = new Set()) {
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'bigint') {
    return `${value}n`;
  }
  if (typeof value === 'function') {
    return `[function ${value.name}]`;
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  if (value instanceof Error) {
    return `${value.name}: ${value.message}${value.stack ? `\n${value.stack.trimEnd()}` : ''}`;
  }
  if (seen.has(value)) {
    return '[circular]';
  }
  if (depth > 4) {
    return '...';
  }
  const deeper = new Set(seen).add(value);
  const inner = (item) => inspect(item, depth + 1, deeper);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value).slice(0, 100).map(inner);
    return `[${items.join(', ')}${value.length > 100 ? ', ...' : ''}]`;
  }
  if (value instanceof Map) {
    return `Map {${[...value].map(([key, item]) => `${inner(key)} => ${inner(item)}`).join(', ')}}`;
  }
  if (value instanceof Set) {
    return `Set {${[...value].map(inner).join(', ')}}`;
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  const name = value.constructor === Object || value.constructor === undefined ? '' : `${value.constructor.name} `;
  return `${name}{${Object.entries(value).map(([key, item]) => `${key}: ${inner(item)}`).join(', ')}}`;
}

const out = (...values) => write('stdout', values);
const err = (...values) => write('stderr', values);

globalThis.console = {
  debug: out,
  log: out,
  info: out,
  dir: out,
  table: out,
  warn: err,
  error: err,
  trace: (...values) => err(...values, `\n${new Error().stack}`),
  assert: (condition, ...values) => condition || err('Assertion failed', ...values),
  count(label = 'default') {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    out(`${label}: ${counts.get(label)}`);
  },
  countReset: (label = 'default') => void counts.delete(label),
  group(...values) {
    out(...values);
    indent += '  ';
  },
  groupEnd() {
    indent = indent.slice(2);
  },
  time: (label = 'default') => void started.set(label, performance.now()),
  timeEnd: (label = 'default') => out(`${label}: ${(performance.now() - (started.get(label) ?? NaN)).toFixed(3)} ms`),
};
