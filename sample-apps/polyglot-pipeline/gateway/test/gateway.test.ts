import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answer, type Services } from '../src/gateway.js';

const lines: string[] = [];
const services: Services = {
  token: 'secret',
  process({ id, text }) {
    if (text === '') {
      throw Object.assign(new Error(), { payload: { tag: 'empty-text' } });
    }
    return { id, decision: 'publish', reason: 'because', words: 1, score: 0.10000000149, label: text };
  },
  write: (_level, message, fields) => lines.push([message, ...fields.map(({ value }) => value)].join(' ')),
};

async function ask(method: string, path: string, body?: unknown, token = 'secret'): Promise<{ response: Response; body: any }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { authorization: `Bearer ${token}` };
  const response = await answer(new Request(`http://test${path}`, { method, headers, body: text }), services);
  return { response, body: await response.json() };
}

test('a document gets a verdict', async () => {
  const { response, body } = await ask('POST', '/process', { id: '1', author: 'ada', text: 'héllo 🎉' });
  assert.equal(response.status, 200);
  assert.deepEqual(body, { id: '1', decision: 'publish', reason: 'because', words: 1, sentiment: { score: 0.1, label: 'héllo 🎉' } });
});

test('a wrong token is refused, with a line in the log', async () => {
  const { response, body } = await ask('POST', '/process', {}, 'secreT');
  assert.equal(response.status, 401);
  assert.match(response.headers.get('www-authenticate') ?? '', /invalid_token/);
  assert.equal(body.error, 'the token is wrong');
  assert.equal(lines.at(-1), 'refused 401 the token is wrong');
});

test('a missing token is refused', async () => {
  const response = await answer(new Request('http://test/process', { method: 'POST' }), services);
  assert.equal(response.status, 401);
  assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="pipeline"');
});

test('what is not a document is refused with a reason', async () => {
  const reason = async (body: unknown) => (await ask('POST', '/process', body)).body.error;
  assert.match(await reason('{"id": '), /^the body is not JSON: /);
  assert.match(await reason([]), /has to be an object/);
  assert.equal(await reason({ id: '1', author: 'ada' }), 'the field `text` is missing');
  assert.equal(await reason({ id: 1, author: 'ada', text: 'x' }), 'the field `id` has to be a string');
});

test('a refusal of the business logic becomes 422', async () => {
  const { response, body } = await ask('POST', '/process', { id: '1', author: 'ada', text: '' });
  assert.equal(response.status, 422);
  assert.equal(body.error, 'the text has no words');
});

test('other places and methods are refused', async () => {
  assert.equal((await ask('POST', '/elsewhere', {})).response.status, 404);
  const { response } = await ask('PUT', '/process', {});
  assert.equal(response.status, 405);
  assert.equal(response.headers.get('allow'), 'POST');
});
