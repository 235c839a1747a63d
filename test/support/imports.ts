import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** Each TypeScript file below some folders, with the files of theirs that it imports, also for types alone. */
export type Imports = Map<string, string[]>;

/** @param root the project's folder; paths are relative to it */
export function importsIn(root: string, folders: readonly string[]): Imports {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"))
      .map((path) => join(folder, path)),
  );
  return new Map(files.map((file) => [file, importedBy(root, file)]));
}

function importedBy(root: string, file: string): string[] {
  return ts
    .preProcessFile(readFileSync(join(root, file), "utf8"))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) => join(dirname(file), name));
}

/** The files and folders that lie in a folder, each with those beside it that it imports. */
export function imports(all: Imports, folder: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [file, targets] of all) {
    const own = childOf(folder, file);
    if (own === undefined) continue;
    const others = found.get(own) ?? new Set();
    found.set(own, others);
    for (const target of targets) {
      const other = childOf(folder, target);
      if (other !== undefined && other !== own) others.add(other);
    }
  }
  return found;
}

/** `machine` for `rollout/platforms/rehearsal/machine/ports.ts` in `rollout/platforms/rehearsal`. */
function childOf(folder: string, path: string): string | undefined {
  const within = folder === "" ? "" : `${folder}/`;
  return path.startsWith(within) ? path.slice(within.length).split("/")[0] : undefined;
}

/** Every folder that has files, and those above it. */
export function foldersOf(all: Imports): string[] {
  const found = new Set<string>();
  for (const file of all.keys())
    for (let folder = dirname(file); folder !== "."; folder = dirname(folder)) found.add(folder);
  return [...found].toSorted();
}

/** One way round that comes back to where it began; undefined when there is none. */
export function circleIn(graph: ReadonlyMap<string, Iterable<string>>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle) return circle;
  }
  return undefined;
}

/** The imports that run towards the roof, as `from -> to`. */
export function upwards(
  graph: ReadonlyMap<string, Iterable<string>>,
  roofToGround: readonly string[],
): string[] {
  const level = (name: string) => roofToGround.indexOf(name);
  return [...graph].flatMap(([from, targets]) =>
    [...targets].filter((to) => level(to) < level(from)).map((to) => `${from} -> ${to}`),
  );
}
