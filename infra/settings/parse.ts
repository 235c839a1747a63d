import type { z } from "zod";
import { upTo } from "../sure.ts";
import { explained, type Mistake, mistakesText, ownWords } from "./explain.ts";
import { nameMistakes } from "./names.ts";
import { regionMistakes } from "./region.ts";
import { brokenRules } from "./rules.ts";
import { schema } from "./schema.ts";
import { type Encrypted, encryptionMistakes } from "./secrecy/secure.ts";
import { type Settings, settled } from "./settled.ts";

/** The namespace of the program's own config keys, whatever the project's name is. */
export const NAMESPACE = "rollout";

/** A stack's config that can't be used, with every mistake in it. The message has a line for each. */
export class ConfigError extends Error {
  readonly mistakes: readonly Mistake[];

  constructor(stack: string, mistakes: readonly Mistake[]) {
    const lines = mistakes.map(
      ({ path, rule }) => `${path.includes(":") ? path : `${NAMESPACE}:${path}`}: ${rule}`,
    );
    super(mistakesText(`Pulumi.${stack}.yaml`, lines));
    this.name = "ConfigError";
    this.mistakes = mistakes;
  }
}

/**
 * Checks a stack's config and fills in the defaults.
 *
 * @param stack the stack's name, such as `beta`: it is held to AWS's rules for names, too
 * @param region the AWS region (`aws:region`), such as `us-east-1`
 * @param config the keys of the project's namespace without it (`tracks`, not `rollout:tracks`), as parsed values
 * @throws {ConfigError} with all mistakes at once
 */
export function parseSettings(stack: string, region: unknown, config: Record<string, unknown>): Settings {
  const parsed = schema.safeParse(config, { error: ownWords });
  const mistakes = [
    ...nameMistakes(stack, parsed.data && Object.keys(parsed.data.tracks)),
    ...regionMistakes(region, parsed.data?.network.zones),
  ];
  if (parsed.success) mistakes.push(...brokenRules(parsed.data));
  else mistakes.push(...explained(parsed.error, config), ...rulesOnSoundKeys(config, parsed.error.issues));
  if (mistakes.length > 0 || !parsed.success) throw new ConfigError(stack, mistakes);
  return settled(stack, region as string, parsed.data);
}

/**
 * The rules that span keys need a whole config. Where some keys are wrong, the wrong top-level ones are left out and
 * the others are judged: so a bad plan doesn't hide that the weights don't sum to 100.
 */
function rulesOnSoundKeys(config: Record<string, unknown>, issues: readonly z.core.$ZodIssue[]): Mistake[] {
  const wrong = new Set(
    issues.flatMap((issue) => (issue.path.length ? [issue.path[0]] : unknownKeys(issue))),
  );
  const sound = Object.fromEntries(Object.entries(config).filter(([key]) => !wrong.has(key)));
  const stand = {
    domain: "placeholder.example.com",
    stable: "blue",
    tracks: { blue: { weight: 100, servers: 2 } },
  };
  const parsed = schema.safeParse({ ...stand, ...sound });
  if (!parsed.success) return [];
  // A rule that compares a placeholder with a real key would blame the wrong one.
  const uses: Record<string, string[]> = {
    stable: ["tracks", "stable"],
    rehearsal: ["tracks", "rehearsal", "app"],
    zone: ["zone", "domain"],
    cohorts: ["tracks", "stable", "domain", "cohorts"],
  };
  return brokenRules(parsed.data).filter(({ path }) => {
    const key = upTo(path, /[.[]/);
    return (uses[key] ?? [key]).every((needed) => Object.hasOwn(sound, needed));
  });
}

function unknownKeys(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === "unrecognized_keys" ? issue.keys : [];
}

/**
 * The same from config as the engine hands it over: keys with their namespace, every value as text.
 *
 * @param project the project's name, which Pulumi puts before a key that has no namespace
 * @throws {ConfigError} with all mistakes at once; with those about secrets alone where there are any, for other messages
 *   may show a value
 */
export function settingsOf(
  stack: string,
  config: Readonly<Record<string, string>>,
  encrypted: Encrypted,
  project: string,
): Settings {
  const own = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(`${NAMESPACE}:`))
      .map(([key, text]) => [key.slice(NAMESPACE.length + 1), plainOrJson(text)]),
  );
  const mistakes = [...foreignKeys(config, project), ...encryptionMistakes(NAMESPACE, own, encrypted)];
  if (mistakes.length > 0) throw new ConfigError(stack, mistakes);
  return parseSettings(stack, config["aws:region"], own);
}

/** `pulumi config set domain ...` in a project of another name: nobody would read it. */
function foreignKeys(config: Readonly<Record<string, string>>, project: string): Mistake[] {
  if (project === NAMESPACE) return [];
  return Object.keys(config)
    .filter(
      (key) => key.startsWith(`${project}:`) && Object.hasOwn(schema.shape, key.slice(project.length + 1)),
    )
    .map((path) => ({
      path,
      rule: `is ${NAMESPACE}:${path.slice(project.length + 1)} here, whatever the project's name`,
    }));
}

/** Structured values come as JSON; a plain word stays a word. */
function plainOrJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
