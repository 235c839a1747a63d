import { parse } from "yaml";
import { first } from "../../sure.ts";
import type { Mistake } from "../explain.ts";

/** What is known of a stack's config besides its values. */
export interface Encrypted {
  /** The keys with their namespace in whose values anything is encrypted, as the engine hands them over. */
  keys: readonly string[];
  /** The text of `Pulumi.<stack>.yaml`, which says what inside them is; undefined where there is none. */
  file?: string | undefined;
}

/** Only what is here is kept as a secret all the way to the servers. */
const PLACE = ["app", "secrets"];

const HOW = "`pulumi config set --secret --path rollout:app.secrets.NAME` (docs/secrets.md)";

/**
 * Secrets that would come out in clear, and texts that should be secrets: the engine decrypts what is encrypted before the
 * program gets it, so under any other key it would land in user data, previews and the state.
 *
 * The engine tells of a whole key whether something in it is encrypted; what exactly says the stack's file. That may be
 * another one than the engine read (`--config-file`), so it counts where it agrees with the engine.
 *
 * @param namespace of the program's own keys
 * @param config the program's own keys without the namespace, as parsed values
 */
export function encryptionMistakes(
  namespace: string,
  config: Readonly<Record<string, unknown>>,
  { keys, file }: Encrypted,
): Mistake[] {
  const own = keys
    .filter((key) => key.startsWith(`${namespace}:`))
    .map((key) => key.slice(namespace.length + 1));
  const texts = Object.entries((config.app as { secrets?: unknown } | undefined)?.secrets ?? {})
    .filter(([, value]) => typeof value === "string")
    .map(([name]) => [...PLACE, name]);
  const paths = file === undefined ? undefined : securePaths(file, namespace);
  if (paths && same([...new Set(paths.flatMap(([key]) => key ?? []))], own)) {
    return [
      ...paths.filter((path) => !isPlace(path)).map((path) => misplaced(path.join("."))),
      ...texts.filter((path) => !paths.some((each) => each.join() === path.join())).map(inClear),
    ];
  }
  return [
    ...own.filter((key) => key !== PLACE[0]).map(misplaced),
    ...(own.includes(first(PLACE)) && texts.length === 0 ? [misplaced(`${PLACE[0]}`)] : []),
    ...(own.includes(first(PLACE)) ? [] : texts.map(inClear)),
  ];
}

/** `app.secrets.NAME`, and nothing deeper. */
function isPlace(path: readonly string[]): boolean {
  return path.length === PLACE.length + 1 && PLACE.every((key, index) => path[index] === key);
}

function misplaced(path: string): Mistake {
  return {
    path,
    rule: `holds a secret, which would come out in clear: secrets go to app.secrets, by ${HOW}`,
  };
}

function inClear(path: readonly string[]): Mistake {
  return {
    path: path.join("."),
    rule: `is in clear, and git keeps it: change it where it comes from, then set it by ${HOW}`,
  };
}

/** Where a stack's file has `secure: ...`, from the namespace on. */
function securePaths(file: string, namespace: string): string[][] {
  const config = ((parse(file) as { config?: Record<string, unknown> } | null)?.config ?? {}) as object;
  return Object.entries(config)
    .filter(([key]) => key.startsWith(`${namespace}:`))
    .flatMap(([key, value]) => secured(value, [key.slice(namespace.length + 1)]));
}

/** Pulumi's form of an encrypted value: an object with that one key (pulumi/pkg, `config.Value`). */
function secured(value: unknown, path: string[]): string[][] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value);
  if (entries.length === 1 && typeof (value as { secure?: unknown }).secure === "string") return [path];
  return entries.flatMap(([key, each]) => secured(each, [...path, key]));
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return some.toSorted().join() === others.toSorted().join();
}
