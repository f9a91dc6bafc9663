// Passes values through that take many pieces of memory.

import { items, nested, one } from 'tests:lists/source';

const kept = [];

/** The length of a text in UTF-8. */
function size(text) {
  let bytes = text.length;
  for (let at = 0; at < text.length; at += 1) {
    bytes += text.charCodeAt(at) > 0x7f ? 1 : 0;
  }
  return bytes;
}

const bytes = (texts) => BigInt(texts.reduce((sum, inner) => inner.reduce((sum, text) => sum + size(text), sum), 0));

export const lists = {
  sumNested: bytes,
  makeNested: (outer, inner) =>
    Array.from({ length: outer }, (_, row) => Array.from({ length: inner }, (_, column) => `text ${row}/${column}`)),
  echoNested: (texts) => texts,
  tagItems: (items) => items.map(({ id, name, tags }) => ({ id, name, tags: [...tags, `tag of ${name}`] })),
  sumFetched(outer, inner, times) {
    let sum = 0n;
    for (let time = 0; time < times; time += 1) {
      sum += bytes(nested(outer, inner));
    }
    return sum;
  },
  fetchItems: (count) => items(count),
  copyOutcomes: (outcomes) => outcomes.map((outcome) => ({ ...outcome })),
  fetchOutcomes: (count) => Array.from({ length: count }, (_, number) => one(number)),
  keep: (outcomes) => void kept.splice(0, kept.length, ...outcomes),
  kept: () => kept,
  // JavaScript cannot say.
  memory: () => 0n,
};
