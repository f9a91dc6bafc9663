import assert from 'node:assert/strict';
import { test } from 'node:test';

import { main } from '../src/greeting.js';

function run(args: string[], input = ''): { ok: boolean; out: string; err: string } {
  let out = '';
  let err = '';
  const ok = main(args, {
    read: () => input,
    write: (text) => void (out += text),
    complain: (text) => void (err += text),
  });
  return { ok, out, err };
}

test('greets everybody', () => {
  assert.deepEqual(run(['Ada', 'Grace']), { ok: true, out: 'Hello, Ada!\nHello, Grace!\n', err: '' });
});

test('reads names from stdin', () => {
  assert.deepEqual(run([], 'Ada\n\nGrace'), { ok: true, out: 'Hello, Ada!\nHello, Grace!\n', err: '' });
});

test('refuses options', () => {
  const { ok, out, err } = run(['Ada', '--loud']);
  assert.equal(ok, false);
  assert.equal(out, '');
  assert.match(err, /--loud/);
});
