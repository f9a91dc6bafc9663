// Converts between what the engine gives and takes and what the declarations of a world say. The descriptions come from
// `world.json`: `null` is what needs no conversion.

import { host } from './globals/host.js';

const SAFE = 'is beyond 2^53, and QuickJS would lose its last digits on the way; a list<u64> keeps them';

/** From the engine; a value that the engine has just made may be changed in place. */
function incoming(type) {
  if (type === null) {
    return null;
  }
  if (type === 'u32') {
    return (value) => value >>> 0;
  }
  if (type === 'long') {
    return (value) => {
      if (!Number.isSafeInteger(value)) {
        throw new RangeError(`the number ${value} ${SAFE}`);
      }
      return BigInt(value);
    };
  }
  if (type.option !== undefined) {
    const inner = incoming(type.option);
    return (value) => (value === null || value === undefined ? undefined : inner === null ? value : inner(value));
  }
  if (type.array !== undefined) {
    const Kind = globalThis[type.array];
    const convert = type.array.startsWith('Big') ? incoming('long') : undefined;
    return (value) => (value instanceof Kind ? value : Kind.from(value, convert));
  }
  if (type.list !== undefined) {
    const inner = incoming(type.list);
    return (values) => {
      for (let index = 0; index < values.length; index += 1) {
        values[index] = inner(values[index]);
      }
      return values;
    };
  }
  if (type.own !== undefined) {
    return (value) => originals.get(value) ?? value;
  }
  return inside(type, incoming, (value) => value);
}

/** To the engine; a value of the user's is left as it is. */
function outgoing(type) {
  if (type === null) {
    return null;
  }
  if (type === 'u32') {
    return (value) => value | 0;
  }
  if (type === 'long') {
    return (value) => {
      const number = Number(value);
      if (!Number.isSafeInteger(number)) {
        throw new RangeError(`the number ${value} ${SAFE}`);
      }
      return number;
    };
  }
  if (type.option !== undefined) {
    const inner = outgoing(type.option);
    return inner === null ? null : (value) => (value === null || value === undefined ? value : inner(value));
  }
  if (type.array !== undefined) {
    const Kind = globalThis[type.array];
    return (value) => (value instanceof Kind ? value : Kind.from(value));
  }
  if (type.list !== undefined) {
    const inner = outgoing(type.list);
    return inner === null ? null : (values) => Array.from(values, inner);
  }
  if (type.own !== undefined) {
    return (value) => proxy(value, type.own);
  }
  return inside(type, outgoing, (value) => (Array.isArray(value) ? [...value] : { ...value }));
}

/** The parts of a record, a tuple or a case, converted in what `copy` makes of the whole. */
function inside(type, convert, copy) {
  const parts = Object.entries(type.record ?? type.tuple ?? type.cases).map(([name, part]) => [name, convert(part)]);
  const needed = parts.filter(([, part]) => part !== null);
  if (needed.length === 0) {
    return null;
  }
  if (type.cases !== undefined) {
    const cases = new Map(needed);
    return (value) => {
      const part = cases.get(value.tag);
      if (part === undefined) {
        return value;
      }
      const made = copy(value);
      made.val = part(value.val);
      return made;
    };
  }
  return (value) => {
    const made = copy(value);
    for (const [name, part] of needed) {
      made[name] = part(value[name]);
    }
    return made;
  };
}

/** `call` with its arguments and its result converted on the way, or as it is. */
function bridged(call, signature, towards, back) {
  if (signature === null) {
    return call;
  }
  const params = signature.params.map(towards);
  const [result, error] = [back(signature.result), back(signature.error)];
  if ([...params, result, error].every((part) => part === null)) {
    return call;
  }
  const given = (args) => converted(params, args);
  const gotten = (value) => (result === null ? value : result(value));
  const failed = (reason) => {
    if (error === null || typeof reason !== 'object' || reason === null) {
      return error === null || reason === undefined || reason instanceof Error ? reason : error(reason);
    }
    if (Object.hasOwn(reason, 'payload')) {
      const made = new Error(reason.message);
      made.payload = error(reason.payload);
      return made;
    }
    return reason instanceof Error ? reason : error(reason);
  };
  if (signature.async) {
    return async function (...args) {
      try {
        return gotten(await call.apply(this, given(args)));
      } catch (reason) {
        throw failed(reason);
      }
    };
  }
  return function (...args) {
    let value;
    try {
      value = call.apply(this, given(args));
    } catch (reason) {
      throw failed(reason);
    }
    return gotten(value);
  };
}

/** Arguments, each by the conversion of its parameter. */
function converted(params, args) {
  params.forEach((part, index) => {
    if (part !== null) {
      args[index] = part(args[index]);
    }
  });
  return args;
}

const importedCall = (call, signature) => bridged(call, signature, outgoing, incoming);

/** An imported function, which nothing can call before the component runs. */
export function importedFunction(call, signature, name, from) {
  const converting = importedCall(call, signature);
  return (...args) => {
    if (!host.running) {
      throw new Error(
        `"${name}" of "${from}" is called at the top of a file, which runs when the component is built: imports can be called by handlers and exported functions only`,
      );
    }
    return converting(...args);
  };
}

/** An imported resource: its class, converting. */
export function importedClass(Class, { constructor, methods, statics }) {
  for (const [name, signature] of Object.entries(methods)) {
    Class.prototype[name] = importedCall(Class.prototype[name], signature);
  }
  const calls = new Map(Object.entries(statics).map(([name, signature]) => [name, importedCall(Class[name], signature)]));
  const params = (constructor?.params ?? []).map(outgoing);
  if (params.every((part) => part === null) && [...calls].every(([name, call]) => Class[name] === call)) {
    return Class;
  }
  return new Proxy(Class, {
    construct: (target, args) => Reflect.construct(target, converted(params, args)),
    get: (target, name) => calls.get(name) ?? target[name],
  });
}

// Objects of exported resources, and what the engine knows instead of them.
const proxies = new WeakMap();
const originals = new WeakMap();
const classes = new Map();

function proxy(object, key) {
  const methods = classes.get(key);
  if (methods === undefined) {
    return object;
  }
  if (!proxies.has(object)) {
    const made = new Proxy(object, {
      get(target, name) {
        const signature = methods[name];
        const value = target[name];
        return signature === undefined || signature === null
          ? value
          : exportedFunction((...args) => value.apply(target, args), signature);
      },
    });
    proxies.set(object, made);
    originals.set(made, object);
  }
  return proxies.get(object);
}

const exportedFunction = (call, signature) => bridged(call, signature, incoming, outgoing);

/** What the host calls first: from now on the component runs, and is not being built any more. */
export const entered = (call) => (...args) => {
  host.running = true;
  return call(...args);
};

function exportedClass(Class, key, { constructor, methods, statics }) {
  const needed = Object.values(methods).some((signature) => signature !== null);
  if (needed) {
    classes.set(key, methods);
  }
  const params = (constructor?.params ?? []).map(incoming);
  return new Proxy(Class, {
    construct: (target, args) => {
      host.running = true;
      const object = Reflect.construct(target, converted(params, args));
      return needed ? proxy(object, key) : object;
    },
    get: (target, name) => {
      const value = target[name];
      const signature = statics[name];
      return signature === undefined || signature === null ? value : exportedFunction(value.bind(target), signature);
    },
  });
}

function missing(what, where) {
  return new TypeError(`the world exports ${what}, but ${where}`);
}

/** What the code exports for one interface, converting. */
export function exportedInterface(module, name, { interface: full, functions, resources }, entry) {
  const given = module[name];
  if (typeof given !== 'object' || given === null) {
    throw missing(`"${full}"`, `${entry} does not: write \`export const ${name} = { ... }\``);
  }
  const made = {};
  for (const [key, signature] of Object.entries(functions)) {
    if (typeof given[key] !== 'function') {
      throw missing(`"${full}"`, `\`${name}\` in ${entry} has no function \`${key}\``);
    }
    made[key] = exportedFunction(entered((...args) => given[key](...args)), signature);
  }
  for (const [key, resource] of Object.entries(resources)) {
    if (typeof given[key] !== 'function') {
      throw missing(`"${full}"`, `\`${name}\` in ${entry} has no class \`${key}\``);
    }
    made[key] = exportedClass(given[key], `${full}#${key}`, resource);
  }
  return made;
}

/** A function that the world itself exports, converting. */
export function exportedWorldFunction(module, name, signature, entry) {
  if (typeof module[name] !== 'function') {
    throw missing(`the function "${name}"`, `${entry} does not: write \`export function ${name}(...) { ... }\``);
  }
  return exportedFunction(entered((...args) => module[name](...args)), signature);
}
