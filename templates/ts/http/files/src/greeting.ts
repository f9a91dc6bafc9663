// What the service says. It knows nothing of HTTP, so that `npm test` can test it directly.

/** Greets somebody, or the world. */
export function greet(name: string | null): string {
  return `Hello, ${name || 'world'}!\n`;
}
