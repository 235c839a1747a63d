import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { upTo } from "../../../../infra/sure.ts";

/** The names of the settings that this PostgreSQL has (`postgres --describe-config`). */
export function knownParameters(postgres: string): Set<string> {
  const text = execFileSync(postgres, ["--describe-config"], { encoding: "utf8", maxBuffer: 16 * 1024 ** 2 });
  return new Set(text.split("\n").map((line) => upTo(line, "\t").toLowerCase()));
}

/** The major version, such as `15`. */
export function majorOf(postgres: string): string {
  const text = execFileSync(postgres, ["--version"], { encoding: "utf8" });
  return /\b(\d+)(?:\.|beta|rc|devel)/.exec(text)?.[1] ?? "?";
}

/** A library to preload that isn't installed keeps PostgreSQL from starting; RDS has more of them than a laptop. */
export function isLoadable(postgres: string, name: string, value: string): boolean {
  if (!name.endsWith("_preload_libraries")) return true;
  const root = dirname(dirname(realpathSync(postgres)));
  const folders = [join(root, "lib"), join(root, "lib", "postgresql")];
  return value
    .split(",")
    .map((library) => library.trim())
    .filter(Boolean)
    .every((library) =>
      folders.some(
        (folder) => existsSync(join(folder, `${library}.so`)) || existsSync(join(folder, `${library}.dylib`)),
      ),
    );
}

/** The major version that a database's folder was made by; undefined where there is none yet. */
export function dataMajor(folder: string): string | undefined {
  const file = join(folder, "data", "PG_VERSION");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}
