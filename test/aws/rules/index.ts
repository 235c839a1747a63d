import * as alarms from "./alarms.ts";
import * as flags from "./flags.ts";
import * as held from "./held.ts";
import * as mail from "./mail.ts";
import type { Rule } from "./rule.ts";
import * as servers from "./servers.ts";
import * as vaultLock from "./vault-lock.ts";

/** Every rule of AWS that the tests play. */
export const RULES: Rule[] = [alarms, flags, held, mail, servers, vaultLock].flatMap((file) =>
  Object.values(file as Record<string, unknown>).filter(isRule),
);

function isRule(value: unknown): value is Rule {
  return typeof value === "object" && value !== null && "name" in value && "source" in value;
}
