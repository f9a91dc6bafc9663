// The command itself. It knows nothing of WASI, so that `npm test` can run it directly.

/** How a command reaches the outside. */
export interface Terminal {
  /** All of stdin. */
  read(): string;
  /** Writes to stdout. */
  write(text: string): void;
  /** Writes to stderr. */
  complain(text: string): void;
}

/** Greets everyone named by the arguments, or by the lines of stdin if there are no arguments. Returns whether this succeeded. */
export function main(args: string[], terminal: Terminal): boolean {
  const option = args.find((arg) => arg.startsWith('--'));
  if (option !== undefined) {
    terminal.complain(`there is no option ${option}\n`);
    return false;
  }
  const names = args.length > 0 ? args : terminal.read().split('\n');
  for (const name of names.map((name) => name.trim()).filter((name) => name !== '')) {
    terminal.write(`Hello, ${name}!\n`);
  }
  return true;
}
