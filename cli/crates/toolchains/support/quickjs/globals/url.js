// `URL` and `URLSearchParams`, for the schemes of the web. Names of hosts beyond ASCII are refused: there are no tables for them.

const PORTS = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21' };
const isSpecial = (protocol) => protocol in PORTS;
const FORBIDDEN_IN_HOST = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;

/** Percent-encodes what `allowed` does not match; what is encoded already stays. */
function encode(text, allowed) {
  if (PLAIN.test(text)) {
    return text;
  }
  let out = '';
  for (const character of text.toWellFormed()) {
    if (allowed.test(character)) {
      out += character;
    } else {
      for (const byte of new TextEncoder().encode(character)) {
        out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      }
    }
  }
  return out;
}

// What no part of a URL has to encode.
const PLAIN = /^[\-.0-9A-Z_a-z]*$/;
// A URL of which nothing has to be changed, with its parts.
const USUAL = /^(https?:)\/\/([a-z0-9][a-z0-9.-]*)(?::([1-9]\d{0,3}))?(\/[\-0-9A-Z_a-z/~!$()*+,;=:@&]*(?:\.[\-0-9A-Z_a-z~]+)*)(\?[\-.0-9A-Z_a-z/~!$()*+,;=:@&%]+)?(#[\-.0-9A-Z_a-z/~=&%]+)?$/;

const IN_FRAGMENT = /[!#$%&'()*+,\-./0-9:;=?@A-Z[\\\]^_a-z{|}~]/;
const IN_QUERY = /[!$%&'()*+,\-./0-9:;=?@A-Z[\\\]^_`a-z{|}~]/;
const IN_SPECIAL_QUERY = /[!$%&()*+,\-./0-9:;=?@A-Z[\\\]^_`a-z{|}~]/;
const IN_PATH = /[!$%&'()*+,\-./0-9:;=@A-Z[\\\]_a-z|~]/;
const IN_USER = /[!$%&'()*+,\-.0-9A-Z_a-z~]/;
const IN_FORM = /[*\-.0-9A-Z_a-z]/;

function decodeForm(text) {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) {
    return spaced;
  }
  const bytes = new TextEncoder().encode(spaced);
  const out = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const digits = String.fromCharCode(bytes[at + 1], bytes[at + 2]);
    if (bytes[at] === 0x25 && /^[0-9a-f]{2}$/i.test(digits)) {
      out.push(Number.parseInt(digits, 16));
      at += 2;
    } else {
      out.push(bytes[at]);
    }
  }
  return new TextDecoder().decode(new Uint8Array(out));
}

class URLSearchParams {
  #pairs = [];
  #changed;

  constructor(init = '', changed = () => {}) {
    this.#changed = changed;
    if (typeof init === 'object' && init !== null) {
      const pairs = init[Symbol.iterator] === undefined ? Object.entries(init) : init;
      for (const [name, value] of pairs) {
        this.#pairs.push([String(name), String(value)]);
      }
    } else {
      this.#parse(String(init));
    }
  }

  #parse(text) {
    for (const part of text.replace(/^\?/, '').split('&').filter((part) => part !== '')) {
      const at = part.indexOf('=');
      const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
      this.#pairs.push([decodeForm(name), decodeForm(value)]);
    }
  }

  #set(pairs) {
    this.#pairs = pairs;
    this.#changed(this.toString());
  }

  get size() {
    return this.#pairs.length;
  }

  append(name, value) {
    this.#set([...this.#pairs, [String(name), String(value)]]);
  }

  delete(name, value) {
    this.#set(this.#pairs.filter((pair) => pair[0] !== String(name) || (value !== undefined && pair[1] !== String(value))));
  }

  get(name) {
    return this.#pairs.find((pair) => pair[0] === String(name))?.[1] ?? null;
  }

  getAll(name) {
    return this.#pairs.filter((pair) => pair[0] === String(name)).map((pair) => pair[1]);
  }

  has(name, value) {
    return this.#pairs.some((pair) => pair[0] === String(name) && (value === undefined || pair[1] === String(value)));
  }

  set(name, value) {
    const first = this.#pairs.findIndex((pair) => pair[0] === String(name));
    if (first < 0) {
      this.append(name, value);
      return;
    }
    const pairs = this.#pairs.filter((pair, index) => index <= first || pair[0] !== String(name));
    pairs[first] = [String(name), String(value)];
    this.#set(pairs);
  }

  sort() {
    this.#set(this.#pairs.toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
  }

  forEach(callback, self) {
    for (const [name, value] of this) {
      callback.call(self, value, name, this);
    }
  }

  *entries() {
    yield* this.#pairs.map((pair) => [...pair]);
  }

  *keys() {
    yield* this.#pairs.map((pair) => pair[0]);
  }

  *values() {
    yield* this.#pairs.map((pair) => pair[1]);
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    const form = (text) => encode(text.replaceAll(' ', '\0'), IN_FORM).replaceAll('%00', '+');
    return this.#pairs.map(([name, value]) => `${form(name)}=${form(value)}`).join('&');
  }
}

class URL {
  #protocol = '';
  #username = '';
  #password = '';
  #hostname = null;
  #port = '';
  #pathname = '';
  #search = '';
  #hash = '';
  #searchParams;

  constructor(input, base) {
    const whole = String(input);
    const usual = USUAL.exec(whole);
    if (usual !== null && usual[3] !== '80' && usual[3] !== '443') {
      [, this.#protocol, this.#hostname, this.#port = '', this.#pathname, this.#search = '', this.#hash = ''] = usual;
      return;
    }
    const text = whole.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '');
    const [, scheme] = /^([a-z][a-z0-9+.-]*:)/i.exec(text) ?? [];
    const parent = base === undefined ? undefined : base instanceof URL ? base : new URL(base);
    const protocol = scheme?.toLowerCase();
    if (protocol !== undefined && !(protocol === parent?.protocol && isSpecial(protocol) && !/^[^:]*:[/\\]/.test(text))) {
      this.#protocol = protocol;
      this.#parse(text.slice(scheme.length), undefined, text);
    } else if (parent !== undefined) {
      this.#protocol = parent.protocol;
      this.#parse(protocol === undefined ? text : text.slice(scheme.length), parent, text);
    } else {
      throw new TypeError(`"${text}" is not a URL`);
    }
  }

  static canParse(input, base) {
    return URL.parse(input, base) !== null;
  }

  static parse(input, base) {
    try {
      return new URL(input, base);
    } catch {
      return null;
    }
  }

  #parse(rest, base, whole) {
    const special = isSpecial(this.#protocol);
    const [, before, search, hash] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(rest);
    const path = special ? before.replaceAll('\\', '/') : before;
    this.#setHash(hash ?? '');
    const authority = special && base === undefined ? /^\/*([^/]*)(.*)$/s.exec(path) : /^\/\/([^/]*)(.*)$/s.exec(path);
    if (authority !== null) {
      this.#setAuthority(authority[1], whole);
      this.#setPath(authority[2]);
      this.#setSearch(search ?? '');
      return;
    }
    if (base === undefined) {
      this.#pathname = path.startsWith('/') ? resolved(path) : encode(path, IN_PATH);
      this.#setSearch(search ?? '');
      return;
    }
    [this.#username, this.#password, this.#port] = [base.username, base.password, base.port];
    this.#hostname = base.hostname;
    if (path === '') {
      this.#pathname = base.pathname;
      this.#setSearch(search ?? base.search);
    } else {
      this.#setPath(path.startsWith('/') ? path : `${base.pathname.replace(/[^/]*$/, '')}${path}`);
      this.#setSearch(search ?? '');
    }
  }

  #setAuthority(authority, whole) {
    const at = authority.lastIndexOf('@');
    if (at >= 0) {
      const [user, ...password] = authority.slice(0, at).split(':');
      this.#username = encode(user, IN_USER);
      this.#password = encode(password.join(':'), IN_USER);
    }
    const [, host, port] = /^(\[[0-9a-f:.]*\]|[^:]*)(?::(\d*))?$/i.exec(authority.slice(at + 1)) ?? [];
    if (host === undefined || (host === '' && isSpecial(this.#protocol)) || Number(port ?? 0) > 0xffff) {
      throw new TypeError(`"${whole}" is not a URL: its host is wrong`);
    }
    this.#hostname = hostname(host, whole);
    this.#port = port === undefined || port === '' ? '' : String(Number(port));
    if (this.#port === PORTS[this.#protocol]) {
      this.#port = '';
    }
  }

  #setPath(path) {
    this.#pathname = path === '' && !isSpecial(this.#protocol) ? '' : resolved(path);
  }

  #setSearch(text) {
    const allowed = isSpecial(this.#protocol) ? IN_SPECIAL_QUERY : IN_QUERY;
    const query = text.replace(/^\?/, '');
    this.#search = query === '' ? '' : `?${encode(query, allowed)}`;
  }

  #setHash(text) {
    const fragment = text.replace(/^#/, '');
    this.#hash = fragment === '' ? '' : `#${encode(fragment, IN_FRAGMENT)}`;
  }

  get href() {
    const user = this.#username + (this.#password === '' ? '' : `:${this.#password}`);
    const authority = this.#hostname === null ? '' : `//${user === '' ? '' : `${user}@`}${this.host}`;
    return `${this.#protocol}${authority}${this.#pathname}${this.#search}${this.#hash}`;
  }

  set href(value) {
    const other = new URL(value);
    this.#protocol = other.protocol;
    [this.#username, this.#password, this.#port] = [other.username, other.password, other.port];
    [this.#hostname, this.#pathname] = [other.#hostname, other.pathname];
    [this.#search, this.#hash, this.#searchParams] = [other.search, other.hash, undefined];
  }

  get origin() {
    return isSpecial(this.#protocol) ? `${this.#protocol}//${this.host}` : 'null';
  }

  get protocol() {
    return this.#protocol;
  }

  set protocol(value) {
    const protocol = `${String(value).replace(/:.*$/s, '').toLowerCase()}:`;
    if (isSpecial(protocol) === isSpecial(this.#protocol)) {
      this.#protocol = protocol;
      this.port = this.#port;
    }
  }

  get username() {
    return this.#username;
  }

  set username(value) {
    this.#username = encode(String(value), IN_USER);
  }

  get password() {
    return this.#password;
  }

  set password(value) {
    this.#password = encode(String(value), IN_USER);
  }

  get host() {
    return this.hostname + (this.#port === '' ? '' : `:${this.#port}`);
  }

  set host(value) {
    const [, name, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?/.exec(String(value));
    this.hostname = name;
    if (port !== undefined) {
      this.port = port;
    }
  }

  get hostname() {
    return this.#hostname ?? '';
  }

  set hostname(value) {
    try {
      this.#hostname = hostname(String(value), value);
    } catch {
      // As in a browser, a wrong one changes nothing.
    }
  }

  get port() {
    return this.#port;
  }

  set port(value) {
    const [digits] = /^\d*/.exec(String(value));
    if (Number(digits) <= 0xffff) {
      const port = digits === '' ? '' : String(Number(digits));
      this.#port = port === PORTS[this.#protocol] ? '' : port;
    }
  }

  get pathname() {
    return this.#pathname;
  }

  set pathname(value) {
    this.#setPath(encode(String(value), /[^?#]/));
  }

  get search() {
    return this.#search;
  }

  set search(value) {
    this.#setSearch(String(value).replaceAll('#', '%23'));
    this.#searchParams = undefined;
  }

  get searchParams() {
    this.#searchParams ??= new URLSearchParams(this.#search, (text) => this.#setSearch(text));
    return this.#searchParams;
  }

  get hash() {
    return this.#hash;
  }

  set hash(value) {
    this.#setHash(String(value));
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }
}

function hostname(text, whole) {
  if (text.startsWith('[')) {
    return text.toLowerCase();
  }
  let name = text;
  try {
    name = decodeURIComponent(text);
  } catch {
    // What is not UTF-8 is refused below.
  }
  if (FORBIDDEN_IN_HOST.test(name) || /[^\x00-\x7f]/.test(name)) {
    throw new TypeError(`"${whole}" is not a URL: its host is wrong, or has letters beyond ASCII`);
  }
  return name.toLowerCase();
}

/** A path without `.` and `..`, percent-encoded. */
function resolved(path) {
  const out = [];
  const parts = path.replace(/^\//, '').split('/');
  parts.forEach((part, index) => {
    const isLast = index === parts.length - 1;
    const plain = part.replaceAll(/%2e/gi, '.');
    if (plain === '..') {
      out.pop();
    }
    if (plain !== '.' && plain !== '..') {
      out.push(encode(part, IN_PATH));
    } else if (isLast) {
      out.push('');
    }
  });
  return `/${out.join('/')}`;
}

globalThis.URL = URL;
globalThis.URLSearchParams = URLSearchParams;
