// The entry: connects the gateway to what the component imports. Everything worth testing is in `gateway.ts`.

import { process } from 'example:pipeline/processing';
import { write } from 'example:pipeline/log';
import { getEnvironment } from 'wasi:cli/environment';

import { answer } from './gateway.js';

addEventListener('fetch', (event: FetchEvent) => {
  const token = new Map(getEnvironment()).get('PIPELINE_TOKEN') ?? 'demo-token';
  event.respondWith(answer(event.request, { token, process, write }));
});
