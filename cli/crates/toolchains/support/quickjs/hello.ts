// Proves that bundling, types and the engine work together.

export function hello(): string {
  return 'hello';
}
