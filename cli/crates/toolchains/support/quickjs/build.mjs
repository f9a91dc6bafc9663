// Builds a component from JavaScript or TypeScript: bundles it with esbuild, together with what a web page has and the engine
// QuickJS lacks, then puts the bundle into the engine with componentize-qjs. conjoin writes this file and its neighbours into its
// work folder and runs it with Node.js:
//
//   node build.mjs --toolchain DIR --entry FILE --wit DIR --world NAME --described FILE [--import NAME]... [--grant PERMISSION]...
//                  [--handler] [--sync] [--stub] [--small] --out FILE --read FILE
//
// It reads the sources, the WIT and the description of the world's values, and writes the component (`--out`) and what it has read
// (`--read`, in the format of Makefiles).

import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { ProjectError, bundle, dependencies, inSources, load, main, witPlugin } from './bundle.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const start = process.cwd();

const { values: options } = parseArgs({
  options: {
    toolchain: { type: 'string' },
    entry: { type: 'string' },
    wit: { type: 'string' },
    world: { type: 'string' },
    described: { type: 'string' },
    import: { type: 'string', multiple: true, default: [] },
    grant: { type: 'string', multiple: true, default: [] },
    handler: { type: 'boolean', default: false },
    sync: { type: 'boolean', default: false },
    stub: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    out: { type: 'string' },
    read: { type: 'string' },
  },
});

for (const name of ['described', 'out', 'read', 'toolchain', 'wit']) {
  options[name] = resolve(options[name]);
}

// What a web page has and the engine lacks, in the order in which it is defined, and the names by which code uses it. A handler
// needs most of it; elsewhere only what the code names becomes part of the component.
const GLOBALS = {
  encoding: /\b(TextEncoder|TextDecoder|URL|URLSearchParams|console)\b/,
  url: /\b(URL|URLSearchParams)\b/,
  console: /\b(console|set(Timeout|Interval))\b/,
  random: /\b(random|crypto)\b/,
  timers: /\b(set|clear)(Timeout|Interval)\b/,
  streams: /\b(Readable|Writable|Transform)Stream\b/,
  fetch: /\b(Headers|Request|Response)\b/,
};
const ALWAYS = options.handler ? ['encoding', 'url', 'console', 'streams', 'fetch'] : [];

// Of which interfaces the host's gifts are made.
const GIFTS = {
  stdio: [
    "import { getStdout as stdout } from 'wasi:cli/stdout@0.2.12';",
    "import { getStderr as stderr } from 'wasi:cli/stderr@0.2.12';",
    'host.stdio = { stdout, stderr };',
  ],
  random: ["import { getRandomBytes } from 'wasi:random/random@0.2.12';", 'host.random = (length) => getRandomBytes(length);'],
  clocks: options.handler
    ? [
        "import { waitFor } from 'wasi:clocks/monotonic-clock@0.3.0';",
        'host.sleep = (milliseconds) => waitFor(Math.round(milliseconds * 1e6));',
      ]
    : [],
};

await main(build);

async function build() {
  const esbuild = await load(options.toolchain, 'esbuild', 'lib/main.js');
  const { default: engine } = await load(options.toolchain, 'componentize-qjs', 'index.js');
  const world = JSON.parse(await readFile(options.described, 'utf8'));
  const used = new Set();
  const onImport = (path) => {
    used.add(path);
    return { path, namespace: 'wit' };
  };
  const plugin = witPlugin({ world: options.world, imports: options.import, onImport, more: (setup) => ours(setup, world) });
  const { code } = await bundle(esbuild, { entryPoints: [options.entry], plugins: [plugin] });
  const globals = Object.keys(GLOBALS).filter((name) => ALWAYS.includes(name) || GLOBALS[name].test(code));
  // What the code imports may give it objects of any class of the world, so all have to convert.
  const classes = used.size === 0 ? [] : Object.keys(world.imports).filter((name) => !plainClasses(world.imports[name]));
  const stdin = { contents: entry(world, globals, classes), resolveDir: start, sourcefile: 'conjoin.js' };
  const bundled = await bundle(esbuild, { stdin, plugins: [plugin] }, { warn: false });
  const component = await makeComponent(engine.componentize, bundled.code, bundled.map);
  const inputs = bundled.inputs.filter((input) => input !== 'conjoin.js' && !resolve(start, input).startsWith(here));
  await writeFile(options.read, dependencies(options.out, inputs));
  await writeFile(options.out, component);
}

function none(found) {
  return Object.values(found).every((described) => described === null);
}

function plainClasses({ resources }) {
  return Object.values(resources).every(({ constructor, methods, statics }) => constructor === null && none(methods) && none(statics));
}

// What our own files import, and what stands between the engine and the code.
function ours(setup, world) {
  setup.onResolve({ filter: /^wasi:/ }, ({ path, importer, namespace }) =>
    namespace === 'wit' || importer.startsWith(here) || importer.endsWith('conjoin.js') ? { path, external: true } : undefined,
  );
  setup.onResolve({ filter: /^conjoin:/ }, ({ path }) => ({ path: path.replace('conjoin:classes/', ''), namespace: 'wit' }));
  setup.onResolve({ filter: /.*/, namespace: 'wit' }, ({ path }) => (path.includes(':') || path in world.imports ? { path, external: true } : undefined));
  setup.onLoad({ filter: /.*/, namespace: 'wit' }, ({ path }) => ({
    contents: path === 'conjoin:gifts' ? gifts() : adapter(path, world.imports[path]),
    resolveDir: here,
  }));
}

function gifts() {
  const lines = options.grant.flatMap((grant) => GIFTS[grant] ?? []);
  return [`import { host } from './globals/host.js';`, ...lines].join('\n');
}

// The module that stands for an imported interface.
function adapter(name, { functions, resources }) {
  const lines = [`import * as raw from '${name}';`, `import { importedClass, importedFunction } from './values.js';`];
  const add = (key, value) => lines.push(`const $${key} = ${value};`, `export { $${key} as ${key} };`);
  for (const [key, described] of Object.entries(functions)) {
    const words = [key, name.split('@')[0]].map((word) => JSON.stringify(word));
    add(key, `importedFunction(raw.${key}, ${JSON.stringify(described)}, ${words.join(', ')})`);
  }
  for (const [key, described] of Object.entries(resources)) {
    add(key, `importedClass(raw.${key}, ${JSON.stringify(described)})`);
  }
  return lines.join('\n');
}

// The module that the engine loads.
function entry(world, globals, classes) {
  const file = (path) => JSON.stringify(join(here, path));
  const from = JSON.stringify(resolve(start, options.entry));
  const shown = JSON.stringify(options.entry);
  const lines = [
    ...globals.map((name) => `import ${file(`globals/${name}.js`)};`),
    "import 'conjoin:gifts';",
    ...classes.map((name) => `import 'conjoin:classes/${name}';`),
    ...(options.handler ? [`import { handle, hasListener } from ${file('globals/handler.js')};`] : []),
    `import { entered, exportedInterface, exportedWorldFunction } from ${file('values.js')};`,
    `import * as module from ${from};`,
    'const given = { ...module };',
  ];
  for (const [name, described] of Object.entries(world.exports)) {
    if (options.handler && name === 'handler') {
      lines.push(
        'if (!hasListener() && given.handler === undefined) {',
        `  throw new TypeError(${JSON.stringify(noListener())});`,
        '}',
        'export const handler = given.handler ?? { handle: entered(handle) };',
      );
    } else {
      lines.push(`export const ${name} = exportedInterface(given, '${name}', ${JSON.stringify(described)}, ${shown});`);
    }
  }
  for (const [name, described] of Object.entries(world.exportedFunctions)) {
    lines.push(`const $${name} = exportedWorldFunction(given, '${name}', ${JSON.stringify(described)}, ${shown});`, `export { $${name} as ${name} };`);
  }
  return lines.join('\n');
}

function noListener() {
  return (
    `the world "${options.world}" answers HTTP, but nothing in ${options.entry} and its imports listens for requests: write\n` +
    "  addEventListener('fetch', (event) => event.respondWith(new Response('hello')));"
  );
}

async function makeComponent(componentize, code, map) {
  try {
    const { component } = await componentize({
      witPath: options.wit,
      jsSource: code,
      world: options.world,
      sync: options.sync,
      stubWasi: options.stub,
      optSize: options.small,
    });
    return component;
  } catch (error) {
    throw new ProjectError(explain(String(error?.message ?? error), map));
  }
}

// What componentize-qjs says, with places of the sources instead of the bundle, and without our own machinery.
function explain(message, map) {
  const ours = (line) => {
    const [, path] = /\((.*):\d+:\d+\)$/.exec(line) ?? [];
    return path !== undefined && (path === 'conjoin.js' || resolve(start, path).startsWith(here));
  };
  const text = inSources(message, 'componentize-qjs:user\\.js', map);
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !ours(line));
  const said = lines.join('\n').replace(/^(:|\s|Failed to [^:]*:)*(Error: )?/, '');
  return `the bundle cannot be made into a component:\n${said}`;
}
