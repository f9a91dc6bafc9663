// The command itself. It knows nothing of WASI, so that `npm test` can run it directly.

/**
 * What a command does with the outside: all of stdin, stdout and stderr.
 * @typedef {{ read(): string, write(text: string): void, complain(text: string): void }} Terminal
 */

/**
 * Greets everybody among the arguments, or, without any, on the lines of stdin; says whether all went well.
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
