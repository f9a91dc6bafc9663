// Requests of WASI 0.3 become events `fetch`, and the response that an event gets becomes a response of WASI 0.3.

import { Fields, Request as WasiRequest, Response as WasiResponse } from 'wasi:http/types@0.3.0';

import { lacking } from './host.js';
import { chunkBytes } from './fetch.js';

const OK = { tag: 'ok', val: null };
const NO_BODY = ['GET', 'HEAD'];
const NO_CONTENT = [204, 304];
const listeners = [];

globalThis.self ??= globalThis;
globalThis.addEventListener = (type, listener) => {
  if (type !== 'fetch') {
    throw lacking(`the event "${type}"`, 'only "fetch" is');
  }
  listeners.push(listener);
};
globalThis.fetch ??= () => {
  throw lacking('fetch()', 'requests to other servers need `engine = "starling"`');
};

export const hasListener = () => listeners.length > 0;

class FetchEvent {
  type = 'fetch';
  #response;

  constructor(request) {
    this.request = request;
  }

  respondWith(response) {
    if (this.#response !== undefined) {
      throw new Error('respondWith() was called twice');
    }
    this.#response = Promise.resolve(response);
  }

  waitUntil(promise) {
    Promise.resolve(promise).catch((error) => console.error(error));
  }

  get _response() {
    return this.#response;
  }
}

/** Answers one request. */
export async function handle(incoming) {
  let response;
  try {
    const event = new FetchEvent(request(incoming));
    for (const listener of listeners) {
      (listener.handleEvent?.bind(listener) ?? listener)(event);
    }
    if (event._response === undefined) {
      throw new Error('no listener called respondWith()');
    }
    response = await event._response;
    if (!(response instanceof Response)) {
      throw new TypeError('respondWith() needs a Response');
    }
  } catch (error) {
    console.error('Error while running request handler:', error);
    response = new Response(null, { status: 500 });
  }
  return outgoing(response);
}

function request(incoming) {
  const { tag, val } = incoming.getMethod();
  const method = tag === 'other' ? val : tag.toUpperCase();
  const scheme = incoming.getScheme();
  const protocol = scheme === null || scheme === undefined ? 'http' : scheme.tag === 'other' ? scheme.val : scheme.tag.toLowerCase();
  const fields = incoming.getHeaders();
  const headers = new Headers();
  const decoder = new TextDecoder();
  for (const [name, value] of fields.copyAll()) {
    headers._add(name.toLowerCase(), decoder.decode(value));
  }
  fields[Symbol.dispose]?.();
  const authority = incoming.getAuthority() ?? headers.get('host') ?? 'localhost';
  const url = new URL(`${protocol}://${authority}${incoming.getPathWithQuery() ?? '/'}`);
  return new Request(url, { method, headers, body: NO_BODY.includes(method) ? null : ReadableStream.from(body(incoming)) });
}

/** The chunks of the body, which is asked for when the first one is. */
async function* body(incoming) {
  const [stream] = WasiRequest.consumeBody(incoming, Promise.resolve(OK));
  try {
    yield* stream;
  } finally {
    stream.drop?.();
  }
}

function outgoing(response) {
  const bytes = response._bytes();
  const { headers, status } = response;
  const fields = headers._all().map(([name, value]) => [name, latin(value)]);
  if (bytes !== undefined && !headers.has('content-length') && !NO_CONTENT.includes(status)) {
    fields.push(['content-length', latin(String(bytes?.length ?? 0))]);
  }
  const contents = bytes === null ? null : bytes === undefined ? chunks(response.body) : whole(bytes);
  const [made] = WasiResponse.new(Fields.fromList(fields), contents, Promise.resolve(OK));
  if (status !== 200) {
    made.setStatusCode(status);
  }
  return made;
}

async function* whole(bytes) {
  yield bytes;
}

async function* chunks(stream) {
  try {
    for await (const chunk of stream) {
      const bytes = chunkBytes(chunk);
      if (bytes.length > 0) {
        yield bytes;
      }
    }
  } catch (error) {
    console.error('Error while sending a response:', error);
    throw error;
  }
}

/** The bytes of a header's value, one for each character. */
function latin(text) {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = text.charCodeAt(at);
  }
  return bytes;
}
