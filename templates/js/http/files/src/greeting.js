// What the service says. It knows nothing of HTTP, so that `npm test` can test it directly.

/**
 * Greets somebody, or the world.
 * @param {string | null} name
 */
export function greet(name) {
  return `Hello, ${name || 'world'}!\n`;
}
