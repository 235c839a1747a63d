import { ConfigError } from "../../../infra/settings/parse.ts";

/** A config with another value at a dotted path, or without one when it is undefined. The config itself stays. */
export function withValue(config: object, path: string, value: unknown): Record<string, unknown> {
  const changed = structuredClone(config) as Record<string, unknown>;
  const keys = path.split(".");
  const last = keys.pop()!;
  let place = changed;
  for (const key of keys) {
    place[key] ??= {};
    place = place[key] as Record<string, unknown>;
  }
  if (value === undefined) delete place[last];
  else place[last] = value;
  return changed;
}

/** The lines of the mistakes that reading finds. @throws anything else that it throws */
export function mistakesOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
}
