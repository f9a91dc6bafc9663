// Checks the types of a project with the TypeScript that it has installed. conjoin writes this file into its work folder and runs it
// with Node.js in the project's folder:
//
//   node check.mjs --read FILE
//
// It prints what `tsc` finds, and writes what was read (`--read`, in the format of Makefiles) without the installed packages, for which
// the lock file stands. It refuses to write anything into the project.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { read: { type: 'string' } } });

const folder = join(process.cwd(), 'node_modules/typescript');
const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const args = [join(folder, bin.tsc), '--noEmit', '--pretty', 'false', '--listFiles'];
const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28 });

const [files, said] = [[], []];
for (const line of stdout.split('\n')) {
  (line.startsWith('/') && existsSync(line) ? files : said).push(line);
}
process.stderr.write(said.join('\n').trimStart() + stderr);
const read = files.filter((file) => !file.includes('/node_modules/'));
writeFileSync(options.read, `${options.read}: ${read.map((file) => file.replaceAll(' ', '\\ ')).join(' ')}\n`);
process.exitCode = status ?? 1;
