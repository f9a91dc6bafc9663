// Finds a library by its name, and formats what it returns.

import * as libraries from './libraries.js';

/**
 * What every library can do.
 * @typedef {{ countWords(text: string): { word: string, count: number }[] }} Library
 */

/**
 * The library of this name.
 * @param {string} name
 * @returns {Library | undefined}
 */
export function find(name) {
  const known = /** @type {Record<string, Library>} */ (libraries);
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

/**
 * Words and how often they occur, one line each.
 * @param {{ word: string, count: number }[]} counts
 */
export function lines(counts) {
  return counts.map(({ word, count }) => `${word} ${count}\n`).join('');
}
