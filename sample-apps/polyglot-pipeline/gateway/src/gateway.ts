// Answers HTTP: checks the bearer token, reads the document, hands it to the business logic and writes its verdict as JSON.

import type { Document, Refusal, Verdict } from 'example:pipeline/processing';
import type { Field, Level } from 'example:pipeline/log';

/** What the gateway needs from the other components. */
export interface Services {
  /** The bearer token to expect. */
  token: string;
  /** Judges a document. Throws an error whose `payload` is a `Refusal`. */
  process(document: Document): Verdict;
  /** Writes a line of the log. */
  write(level: Level, message: string, fields: Field[]): void;
}

/** A request that gets no verdict, and why. */
class Refused extends Error {
  constructor(
    readonly status: number,
    reason: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(reason);
  }
}

/** The response to any request. */
export async function answer(request: Request, services: Services): Promise<Response> {
  try {
    return await route(request, services);
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    services.write('warning', 'refused', [
      { key: 'status', value: String(error.status) },
      { key: 'reason', value: error.message },
    ]);
    return json({ error: error.message }, error.status, error.headers);
  }
}

async function route(request: Request, services: Services): Promise<Response> {
  const { pathname } = new URL(request.url);
  switch (pathname) {
    case '/':
      allow(request, 'GET', 'HEAD');
      return json({
        about: 'POST a document to /process to have it judged, scored and logged.',
        headers: { authorization: 'Bearer <token>', 'content-type': 'application/json' },
        body: { id: 'your name for it', author: 'who wrote it', text: 'the text to judge' },
      });
    case '/process':
      allow(request, 'POST');
      authenticate(request, services.token);
      return json(judge(await read(request), services));
    default:
      throw new Refused(404, `there is nothing at ${pathname}; documents go to /process`);
  }
}

function allow(request: Request, ...methods: string[]): void {
  if (!methods.includes(request.method)) {
    const list = methods.join(', ');
    throw new Refused(405, `${request.method} is not possible here, only ${list}`, { allow: list });
  }
}

function authenticate(request: Request, token: string): void {
  const header = request.headers.get('authorization');
  if (header === null) {
    throw new Refused(401, 'the header `authorization` is missing; it should say `Bearer` and a token', {
      'www-authenticate': 'Bearer realm="pipeline"',
    });
  }
  const [, given] = /^Bearer +(\S+)$/i.exec(header) ?? [];
  if (given === undefined || !equal(given, token)) {
    throw new Refused(401, given === undefined ? 'the header `authorization` holds no bearer token' : 'the token is wrong', {
      'www-authenticate': 'Bearer realm="pipeline", error="invalid_token"',
    });
  }
}

/** Whether two tokens are equal, in a time that does not tell how much of them is. */
function equal(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index % right.length);
  }
  return difference === 0;
}

async function read(request: Request): Promise<Document> {
  let body: unknown;
  try {
    body = JSON.parse(await request.text());
  } catch (error) {
    throw new Refused(400, `the body is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refused(400, 'the body has to be an object with the fields `id`, `author` and `text`');
  }
  const field = (name: 'id' | 'author' | 'text'): string => {
    const value: unknown = (body as Record<string, unknown>)[name];
    if (typeof value !== 'string') {
      throw new Refused(400, `the field \`${name}\` ${value === undefined ? 'is missing' : 'has to be a string'}`);
    }
    return value;
  };
  return { id: field('id'), author: field('author'), text: field('text') };
}

function judge(document: Document, services: Services): object {
  let verdict: Verdict;
  try {
    verdict = services.process(document);
  } catch (error) {
    throw refusal(error);
  }
  const { id, decision, reason, words, score, label } = verdict;
  return { id, decision, reason, words, sentiment: { score: Math.round(score * 1000) / 1000, label } };
}

/** The error of a WIT function that returns a `result` arrives as the `payload` of what it throws. */
function refusal(error: unknown): unknown {
  const payload = (error as { payload?: Refusal }).payload;
  switch (payload?.tag) {
    case 'empty-text':
      return new Refused(422, 'the text has no words');
    case 'too-long':
      return new Refused(422, `a field is too long: at most ${payload.val} characters are allowed`);
    default:
      return error;
  }
}

function json(body: object, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: { 'content-type': 'application/json', ...headers } });
}
