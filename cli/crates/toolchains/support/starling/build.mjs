// Builds a component from JavaScript or TypeScript: bundles it with esbuild, then puts the bundle into the engine
// StarlingMonkey with componentize-js. conjoin writes this file into its work folder and runs it with Node.js:
//
//   node build.mjs --toolchain DIR --entry FILE --wit DIR --world NAME [--import NAME]... [--wasi VERSION]
//                  [--disable FEATURE]... --out FILE --read FILE
//
// It reads the sources and the WIT, and writes the component (`--out`) and what it has read (`--read`, in the format of
// Makefiles). It refuses to check types, which is the editor's business, and to install anything.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const start = process.cwd();

// What is wrong with the user's project, in final words.
class ProjectError extends Error {}

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

try {
  await build();
} catch (error) {
  const text = error instanceof ProjectError ? error.message : (error?.stack ?? String(error));
  process.stderr.write(`${text.trimEnd()}\n`);
  process.exitCode = 1;
}

async function build() {
  const esbuild = await load('esbuild', 'lib/main.js');
  const { componentize } = await load('@bytecodealliance/componentize-js', 'src/componentize.js');
  // componentize-js hands paths to the engine as words of one line, so no folder of the user's may be among them.
  const folder = await mkdtemp(join(tmpdir(), 'conjoin-starling-'));
  try {
    const bundled = await bundle(esbuild);
    checkHandler(bundled.code);
    const name = `${basename(options.entry, extname(options.entry))}.js`;
    await writeFile(join(folder, name), bundled.code);
    const component = await makeComponent(componentize, folder, name, bundled.map);
    await writeFile(options.read, dependencies(bundled.inputs));
    await writeFile(options.out, component);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// A package of the toolchain, by the file in it, because the project's own packages must not be found instead.
function load(name, file) {
  return import(pathToFileURL(join(options.toolchain, 'node_modules', name, file)).href);
}

async function bundle(esbuild) {
  try {
    const result = await esbuild.build({
      entryPoints: [options.entry],
      absWorkingDir: start,
      outfile: 'bundle.js',
      write: false,
      bundle: true,
      metafile: true,
      sourcemap: 'external',
      format: 'esm',
      platform: 'neutral',
      target: 'es2022',
      mainFields: ['module', 'main'],
      conditions: ['worker', 'browser'],
      charset: 'utf8',
      logLevel: 'silent',
      plugins: [witImports()],
    });
    const text = await esbuild.formatMessages(result.warnings, { kind: 'warning' });
    process.stderr.write(text.join(''));
    const file = (ending) => result.outputFiles.find((output) => output.path.endsWith(ending)).text;
    return { code: file('.js'), map: new SourceMap(JSON.parse(file('.map'))), inputs: Object.keys(result.metafile.inputs) };
  } catch (error) {
    if (!Array.isArray(error?.errors)) {
      throw error;
    }
    const text = (await esbuild.formatMessages(error.errors, { kind: 'error' })).join('');
    throw new ProjectError(text.replaceAll(' [plugin wit-imports]', ''));
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

// Resolves imports of WIT interfaces, with any or no version, to the names that the engine knows.
function witImports() {
  const known = options.import.map(spoken);
  const unversioned = (name) => name.split('@')[0];
  const meant = (path) => {
    if (known.includes(path)) {
      return path;
    }
    const candidates = known.filter((name) => unversioned(name) === unversioned(path));
    return candidates.find((name) => name === spoken(path)) ?? (candidates.length === 1 ? candidates[0] : undefined);
  };
  return {
    name: 'wit-imports',
    setup(setup) {
      setup.onResolve({ filter: /^node:/ }, ({ path }) => ({
        errors: [{ text: `"${path}" is part of Node.js, which a component does not have: use the web's APIs (fetch, URL, crypto, ...)` }],
      }));
      setup.onResolve({ filter: /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*(@.*)?$/ }, ({ path }) => {
        const name = meant(path);
        if (name !== undefined) {
          return { path: name, external: true };
        }
        const list = options.import.length === 0 ? 'it imports nothing' : `it imports ${options.import.join(', ')}`;
        const text = `the world "${options.world}" does not import "${path}"`;
        return { errors: [{ text, notes: [{ text: list }] }] };
      });
    },
  };
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
  const place = new RegExp(`(?:\\S*/)?${name.replaceAll('.', '\\.')}:(\\d+):(\\d+)`, 'g');
  const source = (text, line, column) => {
    const { originalSource, originalLine, originalColumn } = map.findEntry(Number(line) - 1, Number(column) - 1);
    return originalSource === undefined ? text : `${originalSource}:${originalLine + 1}:${originalColumn + 1}`;
  };
  const machinery = /^Failed to initialize component|initializer\.js|wasm backtrace|<wasm function|^\s*\d+: +0x/;
  const lines = message.replaceAll(place, source).split('\n').filter((line) => !machinery.test(line));
  return `the bundle cannot be made into a component:\n${lines.join('\n').replaceAll('"source.js"', `"${options.entry}"`)}`;
}

// What was read, as make and rustc write it.
function dependencies(inputs) {
  const escaped = (path) => path.replaceAll(' ', '\\ ');
  return `${escaped(options.out)}: ${inputs.map((input) => escaped(resolve(start, input))).join(' ')}\n`;
}
