// What the service says. No HTTP in here, so that `npm test` can ask it directly.

/** Greets somebody, or the world. */
export function greet(name: string | null): string {
  return `Hello, ${name || 'world'}!\n`;
}
