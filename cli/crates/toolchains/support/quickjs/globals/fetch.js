// `Headers`, `Request` and `Response` as `fetch` knows them, with bodies that are streams.

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PLAIN_VALUE = /^[!-~](?:[ -~]*[!-~])?$/;
const NULL_BODY = [101, 204, 205, 304];

class Headers {
  #values = new Map();

  constructor(init = undefined) {
    if (init === undefined) {
      return;
    }
    if (init instanceof Headers) {
      for (const [name, values] of init.#values) {
        this.#values.set(name, [...values]);
      }
      return;
    }
    const pairs = init[Symbol.iterator] !== undefined ? init : Object.entries(init);
    for (const [name, value] of pairs) {
      this.append(name, value);
    }
  }

  append(name, value) {
    this._add(checkedName(name), checkedValue(value));
  }

  /** The same for what the host has checked. */
  _add(name, value) {
    const values = this.#values.get(name);
    if (values === undefined) {
      this.#values.set(name, [value]);
    } else {
      values.push(value);
    }
  }

  delete(name) {
    this.#values.delete(checkedName(name));
  }

  get(name) {
    return this.#values.get(checkedName(name))?.join(', ') ?? null;
  }

  getSetCookie() {
    return [...(this.#values.get('set-cookie') ?? [])];
  }

  has(name) {
    return this.#values.has(checkedName(name));
  }

  set(name, value) {
    this.#values.set(checkedName(name), [checkedValue(value)]);
  }

  forEach(callback, self) {
    for (const [name, value] of this) {
      callback.call(self, value, name, this);
    }
  }

  *entries() {
    for (const name of [...this.#values.keys()].sort()) {
      const values = this.#values.get(name);
      if (name === 'set-cookie') {
        yield* values.map((value) => [name, value]);
      } else {
        yield [name, values.join(', ')];
      }
    }
  }

  /** What the host gets: each value on its own, in the order of their names' first appearance. */
  _all() {
    const all = [];
    for (const [name, values] of this.#values) {
      for (const value of values) {
        all.push([name, value]);
      }
    }
    return all;
  }

  *keys() {
    for (const [name] of this) {
      yield name;
    }
  }

  *values() {
    for (const [, value] of this) {
      yield value;
    }
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

// Names that were checked before, by how they were written.
const checked = new Map();

function checkedName(name) {
  const known = checked.get(name);
  if (known !== undefined) {
    return known;
  }
  const text = String(name);
  if (!NAME.test(text)) {
    throw new TypeError(`"${text}" is not the name of a header`);
  }
  const lower = text.toLowerCase();
  if (checked.size < 200) {
    checked.set(text, lower);
  }
  return lower;
}

function checkedValue(value) {
  const text = String(value);
  if (PLAIN_VALUE.test(text)) {
    return text;
  }
  const trimmed = text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (/[\0\n\r]|[^\0-\xff]/.test(trimmed)) {
    throw new TypeError(`${JSON.stringify(trimmed)} cannot be the value of a header`);
  }
  return trimmed;
}

/** The stream or bytes of a body, and its type if it has one of its own. */
function extract(body) {
  if (body === null || body === undefined) {
    return { source: null };
  }
  if (body instanceof ReadableStream) {
    if (body.locked) {
      throw new TypeError('the stream has a reader already');
    }
    return { source: body };
  }
  if (body instanceof ArrayBuffer) {
    return { source: new Uint8Array(body.slice(0)) };
  }
  if (ArrayBuffer.isView(body)) {
    return { source: new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice() };
  }
  if (body instanceof URLSearchParams) {
    const type = 'application/x-www-form-urlencoded;charset=UTF-8';
    return { source: new TextEncoder().encode(body.toString()), type };
  }
  if (typeof body === 'object' && body[Symbol.asyncIterator] !== undefined) {
    return { source: ReadableStream.from(body) };
  }
  return { source: new TextEncoder().encode(String(body)), type: 'text/plain;charset=UTF-8' };
}

/** The bytes of a chunk that a stream gave. */
export function chunkBytes(chunk) {
  if (chunk instanceof Uint8Array) {
    return chunk;
  }
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (chunk instanceof ArrayBuffer) {
    return new Uint8Array(chunk);
  }
  throw new TypeError('the stream of a body has to give Uint8Arrays');
}

class Body {
  #source;
  #stream;
  #used = false;

  constructor(source) {
    this.#source = source;
  }

  get body() {
    if (this.#source === null) {
      return null;
    }
    this.#stream ??= this.#source instanceof ReadableStream ? this.#source : new ReadableStream(once(this.#source));
    return this.#stream;
  }

  get bodyUsed() {
    return this.#used || (this.#stream?.locked ?? false);
  }

  async bytes() {
    if (this.bodyUsed) {
      throw new TypeError('the body was read already');
    }
    if (this.#source === null) {
      return new Uint8Array(0);
    }
    this.#used = true;
    if (this.#stream === undefined && this.#source instanceof Uint8Array) {
      return this.#source;
    }
    const chunks = [];
    let length = 0;
    for await (const chunk of this.body) {
      chunks.push(chunkBytes(chunk));
      length += chunks.at(-1).length;
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  async arrayBuffer() {
    const bytes = await this.bytes();
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }

  async text() {
    return new TextDecoder().decode(await this.bytes());
  }

  async json() {
    return JSON.parse(await this.text());
  }

  async formData() {
    throw new TypeError('formData() is not there on the engine QuickJS: read text() and give it to URLSearchParams');
  }

  /** A second body of the same contents. */
  _copied() {
    if (this.bodyUsed) {
      throw new TypeError('the body was read already');
    }
    if (this.#source === null || (this.#stream === undefined && this.#source instanceof Uint8Array)) {
      return this.#source;
    }
    const [mine, other] = this.body.tee();
    this.#source = mine;
    this.#stream = mine;
    return other;
  }

  /** The bytes of a body that is not a stream; `null` if there is no body. */
  _bytes() {
    if (this.#source === null) {
      return null;
    }
    return this.#stream === undefined && this.#source instanceof Uint8Array && !this.#used ? this.#source : undefined;
  }
}

function once(bytes) {
  return {
    start(controller) {
      if (bytes.length > 0) {
        controller.enqueue(bytes);
      }
      controller.close();
    },
  };
}

class Request extends Body {
  constructor(input, init = {}) {
    const other = input instanceof Request ? input : undefined;
    const { source, type } = init.body === undefined && other !== undefined ? { source: other._copied() } : extract(init.body);
    const method = String(init.method ?? other?.method ?? 'GET');
    if (source !== null && /^(get|head)$/i.test(method)) {
      throw new TypeError(`a ${method} request has no body`);
    }
    super(source);
    this.method = /^(delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method;
    this.url = other?.url ?? (input instanceof URL ? input : new URL(input)).href;
    this.headers = new Headers(init.headers ?? other?.headers);
    this.signal = init.signal ?? other?.signal;
    if (type !== undefined && !this.headers.has('content-type')) {
      this.headers.set('content-type', type);
    }
  }

  clone() {
    return new Request(this);
  }
}

class Response extends Body {
  constructor(body = null, { status = 200, statusText = '', headers = {} } = {}) {
    const { source, type } = extract(body);
    const code = Number(status);
    if (!Number.isInteger(code) || code < 200 || code > 599) {
      throw new RangeError(`${status} is not the status of a response`);
    }
    if (source !== null && NULL_BODY.includes(code)) {
      throw new TypeError(`a response with status ${code} has no body`);
    }
    super(source);
    this.status = code;
    this.statusText = String(statusText);
    this.headers = new Headers(headers);
    this.redirected = false;
    this.type = 'default';
    this.url = '';
    if (type !== undefined && !this.headers.has('content-type')) {
      this.headers.set('content-type', type);
    }
  }

  static json(value, init = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) {
      headers.set('content-type', 'application/json');
    }
    return new Response(JSON.stringify(value), { ...init, headers });
  }

  static redirect(url, status = 302) {
    if (![301, 302, 303, 307, 308].includes(status)) {
      throw new RangeError(`${status} is not the status of a redirection`);
    }
    return new Response(null, { status, headers: { location: new URL(url).href } });
  }

  get ok() {
    return this.status >= 200 && this.status < 300;
  }

  clone() {
    return new Response(this._copied(), this);
  }
}

Object.assign(globalThis, { Headers, Request, Response });
