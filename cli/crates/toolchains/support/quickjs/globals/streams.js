// `ReadableStream` with its default reader: as much as bodies of requests and responses need.

class ReadableStream {
  #source;
  #queue = [];
  #waiting = [];
  #state = 'readable';
  #error;
  #pulling = false;
  #reader;
  #controller;

  constructor(source = {}) {
    this.#source = source;
    this.#controller = {
      desiredSize: 1,
      enqueue: (chunk) => this.#enqueue(chunk),
      close: () => this.#close(),
      error: (reason) => this.#fail(reason),
    };
    try {
      const started = source.start?.(this.#controller);
      if (typeof started?.then === 'function') {
        this.#pulling = true;
        started.then(
          () => {
            this.#pulling = false;
            this.#pull();
          },
          (reason) => this.#fail(reason),
        );
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A stream of what an iterable gives. */
  static from(iterable) {
    const iterator = (iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator]).call(iterable);
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) {
          controller.close();
        } else {
          controller.enqueue(value);
        }
      },
      cancel: (reason) => iterator.return?.(reason),
    });
  }

  get locked() {
    return this.#reader !== undefined;
  }

  getReader() {
    if (this.locked) {
      throw new TypeError('the stream has a reader already');
    }
    let closed = () => {};
    const reader = {
      closed: new Promise((resolve) => {
        closed = resolve;
      }),
      read: () => this.#read(reader).finally(() => this.#state !== 'readable' && closed()),
      cancel: (reason) => this.#cancel(reason),
      releaseLock: () => {
        if (this.#reader === reader) {
          this.#reader = undefined;
        }
      },
    };
    this.#reader = reader;
    return reader;
  }

  async cancel(reason) {
    if (this.locked) {
      throw new TypeError('the stream has a reader');
    }
    await this.#cancel(reason);
  }

  async *values({ preventCancel = false } = {}) {
    const reader = this.getReader();
    let finished = false;
    try {
      while (true) {
        const { done, value } = await reader.read();
        if (done) {
          finished = true;
          return;
        }
        yield value;
      }
    } catch (error) {
      finished = true;
      throw error;
    } finally {
      if (!finished && !preventCancel) {
        await reader.cancel();
      }
      reader.releaseLock();
    }
  }

  [Symbol.asyncIterator](options) {
    return this.values(options);
  }

  /** Two streams of the same chunks. What one has not read yet is kept for it. */
  tee() {
    const reader = this.getReader();
    const branches = [];
    let reading;
    const pull = () => {
      reading ??= reader.read().then(
        ({ done, value }) => {
          reading = undefined;
          branches.forEach((branch) => (done ? branch.close() : branch.enqueue(value)));
        },
        (error) => branches.forEach((branch) => branch.error(error)),
      );
      return reading;
    };
    const branch = () => new ReadableStream({ start: (controller) => void branches.push(controller), pull });
    return [branch(), branch()];
  }

  async pipeTo(writable) {
    const writer = writable.getWriter();
    try {
      for await (const chunk of this) {
        await writer.ready;
        await writer.write(chunk);
      }
      await writer.close();
    } catch (error) {
      await writer.abort?.(error);
      throw error;
    }
  }

  pipeThrough({ readable, writable }) {
    this.pipeTo(writable).catch(() => {});
    return readable;
  }

  #enqueue(chunk) {
    if (this.#state !== 'readable') {
      throw new TypeError('the stream is closed');
    }
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#queue.push(chunk);
    } else {
      waiting.resolve({ done: false, value: chunk });
    }
  }

  #close() {
    if (this.#state === 'readable') {
      this.#state = 'closed';
      this.#waiting.splice(0).forEach(({ resolve }) => resolve({ done: true, value: undefined }));
    }
  }

  #fail(reason) {
    if (this.#state === 'readable') {
      this.#state = 'errored';
      this.#error = reason;
      this.#queue = [];
      this.#waiting.splice(0).forEach(({ reject }) => reject(reason));
    }
  }

  async #cancel(reason) {
    if (this.#state === 'readable') {
      this.#queue = [];
      this.#close();
      await this.#source.cancel?.(reason);
    }
  }

  #read(reader) {
    if (this.#reader !== reader) {
      return Promise.reject(new TypeError('the reader has let go of its stream'));
    }
    if (this.#queue.length > 0) {
      return Promise.resolve({ done: false, value: this.#queue.shift() });
    }
    if (this.#state === 'closed') {
      return Promise.resolve({ done: true, value: undefined });
    }
    if (this.#state === 'errored') {
      return Promise.reject(this.#error);
    }
    const { promise, resolve, reject } = Promise.withResolvers();
    this.#waiting.push({ resolve, reject });
    this.#pull();
    return promise;
  }

  async #pull() {
    if (this.#pulling || this.#source.pull === undefined) {
      return;
    }
    this.#pulling = true;
    try {
      while (this.#waiting.length > 0 && this.#state === 'readable') {
        await this.#source.pull(this.#controller);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#pulling = false;
    }
  }
}

class WritableStream {
  #sink;
  #started;

  constructor(sink = {}) {
    this.#sink = sink;
    this.#started = Promise.resolve(sink.start?.({ error() {} }));
  }

  getWriter() {
    return {
      ready: this.#started,
      write: async (chunk) => {
        await this.#started;
        await this.#sink.write?.(chunk, { error() {} });
      },
      close: async () => this.#sink.close?.(),
      abort: async (reason) => this.#sink.abort?.(reason),
      releaseLock() {},
    };
  }
}

/** What is written comes out changed; a write waits until somebody reads. */
class TransformStream {
  constructor(transformer = {}) {
    let output;
    let demand = Promise.withResolvers();
    let pulled = Promise.withResolvers();
    this.readable = new ReadableStream({
      start: (controller) => void (output = controller),
      pull: () => {
        pulled = Promise.withResolvers();
        demand.resolve();
        return pulled.promise;
      },
    });
    transformer.start?.(output);
    const pass = (chunk) => output.enqueue(chunk);
    this.writable = new WritableStream({
      write: async (chunk) => {
        await demand.promise;
        demand = Promise.withResolvers();
        await (transformer.transform?.bind(transformer) ?? pass)(chunk, output);
        pulled.resolve();
      },
      close: async () => {
        await transformer.flush?.(output);
        output.close();
        pulled.resolve();
      },
      abort: (reason) => {
        output.error(reason);
        pulled.resolve();
      },
    });
  }
}

Object.assign(globalThis, { ReadableStream, WritableStream, TransformStream });
