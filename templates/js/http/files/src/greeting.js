// What the service says. No HTTP in here, so that `npm test` can ask it directly.

/**
 * Greets somebody, or the world.
 * @param {string | null} name
 */
export function greet(name) {
  return `Hello, ${name || 'world'}!\n`;
}
