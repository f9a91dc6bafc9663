// Counts words. It does not use the WIT, so that `npm test` can test it directly.

/** Each word in lower case and how often it occurs: the most frequent first, equal ones in alphabetical order. */
export function count(text: string): { word: string; count: number }[] {
  const counts = new Map<string, number>();
  // Letters and digits of any script.
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const found = Array.from(counts, ([word, count]) => ({ word, count }));
  return found.sort((left, right) => right.count - left.count || (left.word < right.word ? -1 : 1));
}
