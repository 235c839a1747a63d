import { registerHooks } from "node:module";

/**
 * What Pulumi's SDK loads at once though only programs with functions in them need it (to turn a function into text and
 * find the packages it uses): half of its time to load, and 50 MB.
 */
const SELDOM_NEEDED = [
  /\/node_modules\/typescript\/lib\/typescript\.js$/,
  /\/@npmcli\/arborist\/lib\/index\.js$/,
];

/**
 * Has Node show TypeScript's own lines wherever a call stack is taken, by maps that it looks for. Node runs our TypeScript as it
 * stands, so that a line is right without, and Pulumi takes a stack of every promise and resource.
 */
const NOT_NEEDED = /\/node_modules\/source-map-support\/register\.js$/;

/** Puts off loading those until something in them is used. Call it before Pulumi is imported. */
export function deferSeldomNeeded(): void {
  const wanted = new Set<string>();
  Object.assign(globalThis, {
    [HOOK]: (url: string, load: () => object) => standIn(() => load(), wanted, url),
  });
  registerHooks({
    load(url, context, nextLoad) {
      if (NOT_NEEDED.test(url)) return { format: "commonjs", shortCircuit: true, source: "" };
      if (wanted.has(url) || !SELDOM_NEEDED.some((pattern) => pattern.test(url)))
        return nextLoad(url, context);
      return { format: "commonjs", shortCircuit: true, source: stub(url) };
    },
  });
}

const HOOK = "rolloutDeferredModule";

/**
 * The text of a CommonJS module that exports a stand-in. Once the real module is wanted, the stand-in requires it in
 * its own place.
 */
function stub(url: string): string {
  return `module.exports = globalThis.${HOOK}(${JSON.stringify(url)}, () => {
    delete require.cache[__filename];
    return require(__filename);
  });`;
}

function standIn(load: () => object, wanted: Set<string>, url: string): object {
  let real: object | undefined;
  const loaded = () => {
    wanted.add(url);
    real ??= load();
    return real;
  };
  return new Proxy(
    {},
    {
      // Compiled imports ask this of every module; it says that there is no need to copy what it exports.
      get: (_, key) => (key === "__esModule" ? true : Reflect.get(loaded(), key)),
      has: (_, key) => Reflect.has(loaded(), key),
      ownKeys: () => Reflect.ownKeys(loaded()),
      getOwnPropertyDescriptor: (_, key) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(loaded(), key);
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
}
