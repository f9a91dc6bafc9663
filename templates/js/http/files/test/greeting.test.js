import assert from 'node:assert/strict';
import { test } from 'node:test';

import { greet } from '../src/greeting.js';

test('greets who asks', () => {
  assert.equal(greet('Ada'), 'Hello, Ada!\n');
});

test('greets the world otherwise', () => {
  assert.equal(greet(null), 'Hello, world!\n');
  assert.equal(greet(''), 'Hello, world!\n');
});
