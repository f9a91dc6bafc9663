// What the builds on both engines have in common: options, bundling with esbuild, names of WIT interfaces, places in errors.
//
// It refuses to check types, which is done beside it, and to install anything.

import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, parse, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const start = process.cwd();

// What is wrong with the user's project, in final words.
export class ProjectError extends Error {}

// Runs `build`, and says what went wrong.
export async function main(build) {
  try {
    await build();
  } catch (error) {
    const text = error instanceof ProjectError ? error.message : (error?.stack ?? String(error));
    process.stderr.write(`${text.trimEnd()}\n`);
    process.exitCode = 1;
  }
}

// A package of the toolchain, by the file in it, because the project's own packages must not be found instead.
export function load(toolchain, name, file) {
  return import(pathToFileURL(join(toolchain, 'node_modules', name, file)).href);
}

// Bundles as the settings say; `warn` is false where the same was bundled before.
export async function bundle(esbuild, settings, { warn = true } = {}) {
  try {
    const result = await esbuild.build({
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
      ...settings,
    });
    if (warn) {
      const text = await esbuild.formatMessages(result.warnings, { kind: 'warning' });
      process.stderr.write(text.join(''));
    }
    const file = (ending) => result.outputFiles.find((output) => output.path.endsWith(ending)).text;
    const plugins = (settings.plugins ?? []).map(({ name }) => `${name}:`);
    const inputs = Object.keys(result.metafile.inputs).filter((input) => !plugins.some((name) => input.startsWith(name)));
    return { code: file('.js'), map: new SourceMap(JSON.parse(file('.map'))), inputs };
  } catch (error) {
    if (!Array.isArray(error?.errors)) {
      throw error;
    }
    const text = (await esbuild.formatMessages(error.errors, { kind: 'error' })).join('');
    throw new ProjectError(text.replaceAll(/ \[plugin wit\]/g, ''));
  }
}

// The plugin `wit`: `onImport` says what an import of an interface of the world becomes. Interfaces can be named with any or no
// version; `spoken` gives the name that the engine knows.
export function witPlugin({ world, imports, spoken = (name) => name, onImport, more = () => {} }) {
  const known = imports.map(spoken);
  const unversioned = (name) => name.split('@')[0];
  const meant = (path) => {
    if (known.includes(path)) {
      return path;
    }
    const candidates = known.filter((name) => unversioned(name) === unversioned(path));
    return candidates.find((name) => name === spoken(path)) ?? (candidates.length === 1 ? candidates[0] : undefined);
  };
  return {
    name: 'wit',
    setup(setup) {
      more(setup);
      setup.onResolve({ filter: /^node:/ }, ({ path }) => ({
        errors: [{ text: `"${path}" is part of Node.js, which a component does not have: use the web's APIs (fetch, URL, crypto, ...)` }],
      }));
      // An interface that is written inside of the world has a name of one word.
      setup.onResolve({ filter: /^[a-z][a-z0-9-]*$/ }, ({ path }) => (known.includes(path) ? onImport(path) : undefined));
      setup.onResolve({ filter: /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*(@.*)?$/ }, ({ path }) => {
        const name = meant(path);
        if (name !== undefined) {
          return onImport(name);
        }
        const list = imports.length === 0 ? 'it imports nothing' : `it imports ${imports.join(', ')}`;
        const text = `the world "${world}" does not import "${path}"`;
        return { errors: [{ text, notes: [{ text: list }] }] };
      });
    },
  };
}

// A text with places of the sources instead of those of the bundle, which the engine calls `pattern`.
export function inSources(text, pattern, map) {
  const place = new RegExp(`${pattern}:(\\d+):(\\d+)`, 'g');
  return text.replaceAll(place, (whole, line, column) => {
    const { originalSource, originalLine, originalColumn } = map.findEntry(Number(line) - 1, Number(column) - 1);
    return originalSource === undefined ? whole : `${originalSource}:${originalLine + 1}:${originalColumn + 1}`;
  });
}

// What was read, and what would be read in its place if it were there, as make and rustc write it.
export function dependencies(out, inputs) {
  const escaped = (path) => path.replaceAll(' ', '\\ ');
  const read = inputs.map((input) => resolve(start, input));
  const own = read.filter((path) => !path.includes('/node_modules/'));
  const folders = new Set(own.map((path) => dirname(path)));
  const settings = [...folders].flatMap((folder) => [nearest(folder, ['package.json']), nearest(folder, ['tsconfig.json', 'jsconfig.json'])].flat());
  const outside = own.filter((path) => relative(start, path).startsWith('..'));
  const all = new Set([...read, ...settings, ...settings.flatMap((file) => extended(file, [])), ...outside.flatMap(rivals)]);
  return `${escaped(out)}: ${[...all].map(escaped).join(' ')}\n`;
}

// The files of these names in `folder` and in those above it, up to the first that is there.
function nearest(folder, names) {
  const files = names.map((name) => join(folder, name));
  return files.some((file) => existsSync(file)) || folder === dirname(folder) ? files : [...files, ...nearest(dirname(folder), names)];
}

// The files that settings for TypeScript build upon. It is read as text, because it may hold comments.
function extended(file, seen) {
  if (!/[jt]sconfig[^/]*\.json$/.test(file) || !existsSync(file)) {
    return [];
  }
  const [, value] = /"extends"\s*:\s*("[^"]*"|\[[^\]]*\])/.exec(readFileSync(file, 'utf8')) ?? [];
  const names = (value?.match(/"[^"]*"/g) ?? []).map((name) => name.slice(1, -1)).filter((name) => /^[./]/.test(name));
  const files = names.map((name) => resolve(dirname(file), name.endsWith('.json') ? name : `${name}.json`));
  const more = files.filter((other) => !seen.includes(other));
  return [...more, ...more.flatMap((other) => extended(other, [...seen, ...more]))];
}

// What esbuild looks for in the place of a file outside of the project; inside, every source counts anyway.
function rivals(path) {
  const { dir, name } = parse(path);
  const stems = name === 'index' ? [join(dir, name), dir] : [join(dir, name)];
  return stems.flatMap((stem) => ['.tsx', '.ts', '.jsx', '.js', '.css', '.json'].map((ending) => `${stem}${ending}`));
}
