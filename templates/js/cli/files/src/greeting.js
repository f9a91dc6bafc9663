// The command itself. It knows nothing of WASI, so that `npm test` can run it directly.

/**
 * How a command reaches the outside: all of stdin, stdout and stderr.
 * @typedef {{ read(): string, write(text: string): void, complain(text: string): void }} Terminal
 */

/**
 * Greets everyone named by the arguments, or by the lines of stdin if there are no arguments. Returns whether this succeeded.
 * @param {string[]} args
 * @param {Terminal} terminal
 */
export function main(args, terminal) {
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
