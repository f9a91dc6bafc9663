// What the component imports, as its world in ../wit/pipeline.wit says. The types of WIT become types of TypeScript:
// an enum is a union of strings, a variant has a `tag` and a `val`, an `err` is thrown.

declare module 'example:pipeline/processing' {
  export interface Document {
    id: string;
    author: string;
    text: string;
  }
  export type Decision = 'publish' | 'review' | 'reject';
  export interface Verdict {
    id: string;
    decision: Decision;
    reason: string;
    words: number;
    score: number;
    label: string;
  }
  export type Refusal = { tag: 'empty-text' } | { tag: 'too-long'; val: number };
  export function process(document: Document): Verdict;
}

declare module 'example:pipeline/log' {
  export type Level = 'debug' | 'info' | 'warning' | 'error';
  export interface Field {
    key: string;
    value: string;
  }
  export function write(level: Level, message: string, fields: Field[]): void;
}

declare module 'wasi:cli/environment' {
  export function getEnvironment(): [string, string][];
}

// The event of every request: respond to it.
interface FetchEvent {
  readonly request: Request;
  respondWith(response: Response | Promise<Response>): void;
}
declare function addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
