// Finds a library by its name, and formats what it returns.

import * as libraries from './libraries.js';

/** What every library can do. */
export interface Library {
  countWords(text: string): { word: string; count: number }[];
}

/** The library of this name. */
export function find(name: string): Library | undefined {
  return Object.hasOwn(libraries, name) ? (libraries as Record<string, Library>)[name] : undefined;
}

/** Words and how often they occur, one line each. */
export function lines(counts: { word: string; count: number }[]): string {
  return counts.map(({ word, count }) => `${word} ${count}\n`).join('');
}
