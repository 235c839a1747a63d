import * as pulumi from "@pulumi/pulumi";
import type { Mistake } from "../infra/settings/explain.ts";
import { nameMistakes } from "../infra/settings/names.ts";
import { ConfigError, parseSettings } from "../infra/settings/parse.ts";
import type { Settings } from "../infra/settings/settings.ts";

/** In a stack of its own every track's name is short enough; a component's own name is judged apart. */
const STACK = "part";

/**
 * A component's arguments as a stack's settings: checked by the same rules, with the same defaults (docs/config.md).
 *
 * @param name the component's, by which AWS's names are made
 * @param config the keys of a stack's config; `domain` and `tracks` only where the component has them
 * @param argOf the argument that a key of the config was, such as `instanceClass` for `database.instanceClass`
 * @throws {pulumi.InputPropertiesError} with all mistakes at once, each by its argument
 */
export function settle(
  name: string,
  region: string,
  config: Record<string, unknown>,
  argOf: (path: string) => string,
): Settings {
  const named = nameMistakes(name, undefined, "component").map(({ rule }) => ({ path: "name", rule }));
  try {
    const settings = parseSettings(STACK, region, { ...WITHOUT_SERVICE, ...config });
    refuse(name, named);
    return { ...settings, stack: name };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const mistakes = error.mistakes.map(({ path, rule }) => ({
      path: path === "aws:region" ? "region" : argOf(path),
      rule,
    }));
    throw refusal(name, [...named, ...mistakes]);
  }
}

/** What a config must have and says nothing of a database or an alarm. */
const WITHOUT_SERVICE = {
  domain: "part.example.com",
  stable: "blue",
  tracks: { blue: { weight: 100 } },
  cache: "none",
};

/**
 * The items of a list, which must be objects that are there at once; what is in them may come later. As plain ones Pulumi's
 * generator for Go forgets their type (3.272), so that they are typed as inputs.
 *
 * @throws {pulumi.InputPropertiesError} where one is an output itself, or the list is
 */
export function itemsOf<T extends object>(name: string, path: string, list: pulumi.Input<T>[]): T[] {
  if (!Array.isArray(list)) throw refusal(name, [{ path, rule: "must be a list, and no output" }]);
  return list.map((item, index) => {
    if (pulumi.Output.isInstance(item) || item instanceof Promise)
      throw refusal(name, [{ path: `${path}[${index}]`, rule: "must be an object, and no output" }]);
    return item;
  });
}

/** @throws {pulumi.InputPropertiesError} where there are any */
export function refuse(name: string, mistakes: readonly Mistake[]): void {
  if (mistakes.length > 0) throw refusal(name, mistakes);
}

function refusal(name: string, mistakes: readonly Mistake[]): pulumi.InputPropertiesError {
  return new pulumi.InputPropertiesError({
    message: `${name}: ${mistakes.map(({ path, rule }) => `${path}: ${rule}`).join("; ")}`,
    errors: mistakes.map(({ path, rule }) => ({ propertyPath: path, reason: rule })),
  });
}
