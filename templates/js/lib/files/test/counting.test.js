import assert from 'node:assert/strict';
import { test } from 'node:test';

import { count } from '../src/counting.js';

/** @param {string} text */
function shown(text) {
  return count(text).map(({ word, count }) => `${word} ${count}`).join(', ');
}

test('the most frequent word comes first', () => {
  assert.equal(shown('a b, A! c a b'), 'a 3, b 2, c 1');
});

test('equal words are in alphabetical order', () => {
  assert.equal(shown('beta alpha_Über 7'), '7 1, alpha 1, beta 1, über 1');
});

test('a text can have no words', () => {
  assert.equal(shown(''), '');
  assert.equal(shown(' -- '), '');
});
