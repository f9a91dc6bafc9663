// `TextEncoder` and `TextDecoder`, of UTF-8.

const PIECE = 4096;

class TextEncoder {
  get encoding() {
    return 'utf-8';
  }

  encode(text = '') {
    const input = String(text);
    const { length } = input;
    let bytes = new Uint8Array(length);
    let at = 0;
    // Most text is of one byte for each unit; the rest gets room for three.
    for (; at < length; at += 1) {
      const unit = input.charCodeAt(at);
      if (unit > 0x7f) {
        break;
      }
      bytes[at] = unit;
    }
    if (at === length) {
      return bytes;
    }
    const larger = new Uint8Array(at + (length - at) * 3);
    larger.set(bytes.subarray(0, at));
    bytes = larger;
    return bytes.slice(0, at + encodeInto(input, at, bytes.subarray(at)).written);
  }

  encodeInto(text, bytes) {
    return encodeInto(String(text), 0, bytes);
  }
}

function encodeInto(input, start, bytes) {
  let written = 0;
  let at = start;
  while (at < input.length) {
    let code = input.codePointAt(at);
    const units = code > 0xffff ? 2 : 1;
    if (code >= 0xd800 && code <= 0xdfff) {
      code = 0xfffd;
    }
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (written + size > bytes.length) {
      break;
    }
    if (size === 1) {
      bytes[written] = code;
    } else {
      bytes[written] = [0, 0, 0xc0, 0xe0, 0xf0][size] | (code >> (6 * (size - 1)));
      for (let rest = size - 2; rest >= 0; rest -= 1) {
        bytes[written + size - 1 - rest] = 0x80 | ((code >> (6 * rest)) & 0x3f);
      }
    }
    written += size;
    at += units;
  }
  return { read: at - start, written };
}

class TextDecoder {
  #fatal;
  #ignoreBOM;
  #rest = new Uint8Array(0);
  #begun = false;

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    if (label !== 'utf-8' && !/^\s*(utf-?8|unicode-1-1-utf-8|unicode11utf8|unicode20utf8|x-unicode20utf8)\s*$/i.test(label)) {
      throw new RangeError(`the encoding ${label} is not there on the engine QuickJS, only UTF-8`);
    }
    this.#fatal = Boolean(fatal);
    this.#ignoreBOM = Boolean(ignoreBOM);
  }

  get encoding() {
    return 'utf-8';
  }

  get fatal() {
    return this.#fatal;
  }

  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  decode(input, { stream = false } = {}) {
    let bytes = viewed(input);
    if (this.#rest.length > 0) {
      const joined = new Uint8Array(this.#rest.length + bytes.length);
      joined.set(this.#rest);
      joined.set(bytes, this.#rest.length);
      bytes = joined;
    }
    const end = stream ? completeLength(bytes) : bytes.length;
    this.#rest = bytes.slice(end);
    let text = decode(bytes.subarray(0, end), this.#fatal);
    if (!this.#begun && !this.#ignoreBOM && text.startsWith('\ufeff')) {
      text = text.slice(1);
    }
    this.#begun = stream && (this.#begun || end > 0);
    return text;
  }
}

function viewed(input) {
  if (input === undefined) {
    return new Uint8Array(0);
  }
  if (ArrayBuffer.isView(input)) {
    return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  }
  return new Uint8Array(input);
}

/** How many of the bytes do not belong to a character that may go on in the next piece. */
function completeLength(bytes) {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back];
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return size > back ? bytes.length - back : bytes.length;
    }
    if (byte < 0x80) {
      break;
    }
  }
  return bytes.length;
}

function decode(bytes, fatal) {
  const pieces = [];
  let at = 0;
  while (at < bytes.length) {
    const units = [];
    const end = Math.min(bytes.length, at + PIECE);
    while (at < end) {
      const first = bytes[at];
      if (first < 0x80) {
        units.push(first);
        at += 1;
        continue;
      }
      const [code, size] = character(bytes, at, first);
      if (code === undefined) {
        if (fatal) {
          throw new TypeError('the bytes are not UTF-8');
        }
        units.push(0xfffd);
      } else if (code > 0xffff) {
        units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
      } else {
        units.push(code);
      }
      at += size;
    }
    pieces.push(String.fromCharCode.apply(null, units));
  }
  return pieces.join('');
}

/** The character that begins there and its size; no character and the size of what is wrong. */
function character(bytes, at, first) {
  const size = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
  if (size === 0) {
    return [undefined, 1];
  }
  // The second byte excludes what could be shorter, surrogates, and what lies beyond the last character.
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  let code = first & (0x7f >> size);
  for (let index = 1; index < size; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined || byte < (index === 1 ? low : 0x80) || byte > (index === 1 ? high : 0xbf)) {
      return [undefined, index];
    }
    code = (code << 6) | (byte & 0x3f);
  }
  return [code, size];
}

globalThis.TextEncoder = TextEncoder;
globalThis.TextDecoder = TextDecoder;
