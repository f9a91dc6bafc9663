// Builds a component from JavaScript or TypeScript: bundles it with esbuild, then puts the bundle into the engine
// StarlingMonkey with componentize-js. conjoin writes this file into its work folder and runs it with Node.js:
//
//   node build.mjs --toolchain DIR --entry FILE --wit DIR --world NAME [--import NAME]... [--wasi VERSION]
//                  [--disable FEATURE]... --out FILE --read FILE
//
// It reads the sources and the WIT, and writes the component (`--out`) and what it has read (`--read`, in the format of
// Makefiles). It refuses to check types, which is done beside it, and to install anything.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { ProjectError, bundle, dependencies, inSources, load, main, witPlugin } from './bundle.mjs';

const { values: options } = parseArgs({
  options: {
    toolchain: { type: 'string' },
    entry: { type: 'string' },
    wit: { type: 'string' },
    world: { type: 'string' },
    import: { type: 'string', multiple: true, default: [] },
    wasi: { type: 'string' },
    disable: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    read: { type: 'string' },
  },
});

for (const name of ['out', 'read', 'toolchain', 'wit']) {
  options[name] = resolve(options[name]);
}

await main(build);

async function build() {
  const esbuild = await load(options.toolchain, 'esbuild', 'lib/main.js');
  const { componentize } = await load(options.toolchain, '@bytecodealliance/componentize-js', 'src/componentize.js');
  // componentize-js hands paths to the engine as words of one line, so no folder of the user's may be among them.
  const folder = await mkdtemp(join(tmpdir(), 'conjoin-starling-'));
  try {
    const onImport = (path) => ({ path, external: true });
    const plugin = witPlugin({ world: options.world, imports: options.import, spoken, onImport });
    const bundled = await bundle(esbuild, { entryPoints: [options.entry], plugins: [plugin] });
    checkHandler(bundled.code);
    const name = `${basename(options.entry, extname(options.entry))}.js`;
    await writeFile(join(folder, name), bundled.code);
    const component = await makeComponent(componentize, folder, name, bundled.map);
    await writeFile(options.read, dependencies(options.out, bundled.inputs));
    await writeFile(options.out, component);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// A world that answers HTTP needs a listener; without one, every request would fail.
function checkHandler(code) {
  const handles = /\baddEventListener\b|\bincomingHandler\b/.test(code);
  if (!options.disable.includes('fetch-event') && !handles) {
    throw new ProjectError(
      `the world "${options.world}" answers HTTP, but nothing in ${options.entry} and its imports listens for requests: write\n` +
        "  addEventListener('fetch', (event) => event.respondWith(new Response('hello')));",
    );
  }
}

// The name of an interface with the patch version of WASI that the engine speaks.
function spoken(name) {
  return options.wasi === undefined ? name : name.replace(/^(wasi:[^@]*)@0\.2\.\d+$/, `$1@${options.wasi}`);
}

async function makeComponent(componentize, folder, name, map) {
  process.chdir(folder);
  try {
    const { component } = await componentize({
      sourcePath: name,
      witPath: options.wit,
      worldName: options.world,
      disableFeatures: options.disable,
    });
    return component;
  } catch (error) {
    throw new ProjectError(explain(String(error?.message ?? error), name, map));
  }
}

// What componentize-js says, with places of the sources instead of the bundle, and without its own machinery.
function explain(message, name, map) {
  const [, from, called] = /unknown imported function: '([^']+)' '([^']+)'/.exec(message) ?? [];
  if (called !== undefined) {
    return `"${called}" of "${from}" is called at the top of a file, which runs when the component is built: imports can be called by handlers and exported functions only`;
  }
  const machinery = /^Failed to initialize component|initializer\.js|wasm backtrace|<wasm function|^\s*\d+: +0x/;
  const text = inSources(message, `(?:\\S*/)?${name.replaceAll('.', '\\.')}`, map);
  const lines = text.split('\n').filter((line) => !machinery.test(line));
  return `the bundle cannot be made into a component:\n${lines.join('\n').replaceAll('"source.js"', `"${options.entry}"`)}`;
}
