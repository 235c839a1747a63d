import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./measure.ts";

/** Ways to use that loader: it checks types whenever a source has changed, and keeps the result beside. */
export type Loading = "types checked" | "from its cache";

/**
 * The same capture of the same sources through Pulumi's default loader, set up as @pulumi/pulumi/cmd/run does for
 * `runtime: nodejs` without options: the ts-node that the SDK carries, with type checks, and CommonJS.
 *
 * That ts-node knows neither ES modules nor imports that end in `.ts`, so it gets a copy of the sources without them.
 */
export function tsNodeCapture(root: string, stack: string): Record<Loading, Command> {
  const copy = join(root, ".cache", "bench-ts-node");
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of ["app", ...projectFiles(root)])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  layOutForTsNode(root, copy);
  writeFileSync(join(copy, "run.cjs"), RUN);
  const command = { args: [process.execPath, "run.cjs", stack], cwd: copy };
  return {
    "types checked": { ...command, env: { TS_NODE_CACHE: "false" } },
    "from its cache": { ...command, env: { TS_NODE_CACHE_DIRECTORY: join(copy, "cache") } },
  };
}

/** The program in a folder, as that loader takes it. */
export function layOutForTsNode(root: string, folder: string): void {
  for (const name of ["infra", "rollout/graph", "rollout/core/stack-name.ts", "rollout/errors.ts"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const each of ["infra", "rollout"]) rewriteAll(join(folder, each));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "commonjs", main: "infra/index.ts" }));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfigOf(root)));
}

function projectFiles(root: string): string[] {
  return readdirSync(root).filter((name) => /^(Pulumi|flags)\b.*\.yaml$/.test(name));
}

function rewriteAll(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name);
    if (file.endsWith(".ts")) writeFileSync(file, rewritten(readFileSync(file, "utf8")));
  }
}

function rewritten(source: string): string {
  return (
    source
      .replace(/(from |import\()"(\.[^"]+)\.ts"/g, '$1"$2"')
      .replace(/^import (\w+) from "(@pulumi[^"]+)";/gm, 'import $1 = require("$2");')
      // What ES modules get of this package is all that it exports; CommonJS gets its default.
      .replace(/^import (\w+) from "(@balena[^"]+)";/m, 'const $1 = require("$2");')
      .replaceAll("import.meta.dirname", "__dirname")
      .replaceAll("import.meta.url", 'require("node:url").pathToFileURL(__filename)')
      .replace("await import(pathToFileURL(main).href)", "require(main)")
  );
}

/** Our own compiler options less those that only make sense without a compiler. */
function tsconfigOf(root: string) {
  const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
  const { target, lib, types, strict, skipLibCheck } = compilerOptions;
  const options = { target, lib, types, strict, skipLibCheck, rootDir: "." };
  return { compilerOptions: options };
}

const RUN = `
const tsutils = require("@pulumi/pulumi/tsutils");
const compilerOptions = tsutils.loadTypeScriptCompilerOptions("tsconfig.json");
const { tsnodeRequire, typescriptRequire } = tsutils.typeScriptRequireStrings();
require(tsnodeRequire).register({
  compiler: typescriptRequire,
  transpileOnly: compilerOptions.noCheck,
  project: "tsconfig.json",
  skipProject: false,
  compilerOptions: {
    target: "ES2020", module: "nodenext", moduleResolution: "nodenext", sourceMap: "true", ...compilerOptions,
  },
});
const { runProgram } = require("./rollout/graph/recording/run-program");
runProgram(process.cwd(), process.argv[2]).then(
  (graph) => process.stdout.write(JSON.stringify(graph) + "\\n", () => process.exit(0)),
  (error) => { console.error(error); process.exit(1); },
);
`;
