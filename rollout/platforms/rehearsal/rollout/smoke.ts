import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMON_TESTS, type SmokeTest } from "../../../../infra/settings/schema/smoke.ts";
import type { Graph } from "../../../graph/model.ts";
import { referencesIn } from "../../../graph/text.ts";
import type { Door } from "../../../smoke/client.ts";
import { runSmoke, type SmokeOptions, type SmokeResult } from "../../../smoke/run.ts";
import { RehearsalError } from "../machine/errors.ts";
import type { Ledger } from "../machine/state.ts";
import { KEPT_SECRETS, Kept, passwordsFor } from "../plan/passwords.ts";
import { localResolver, secretTexts } from "../plan/resolver.ts";
import { caFileOf } from "../verbs/status.ts";

export type { SmokeResult };

/**
 * Asks a track's servers that run here, by what they were told to be.
 *
 * @param tests by default what can be asked of any service
 */
export function smoke(
  ledger: Ledger,
  caFile: string,
  track: string,
  tests: readonly SmokeTest[] = COMMON_TESTS,
): Promise<SmokeResult> {
  const door = { ...doorOf(ledger), ca: readFileSync(caFile, "utf8") };
  return runSmoke({ door, tests, track, versions: toldVersions(ledger) });
}

/** `VERSION` in the environment file of each track's newest server. */
function toldVersions({ place, state }: Ledger): Record<string, string> {
  return Object.fromEntries(
    state.servers.flatMap(({ id, track }) => {
      const environment = readFileSync(join(place.folder, "servers", id, "app.env"), "utf8");
      const version = /^VERSION=(.+)$/m.exec(environment)?.[1];
      return version === undefined ? [] : [[track, version] as const];
    }),
  );
}

/** The stack by its public name, which leads to this machine's balancer, with this rehearsal's own authority. */
export function doorOf(ledger: Ledger): Door {
  const { domain, port } = ledger.state;
  return {
    url: `https://${domain}`,
    at: { host: "127.0.0.1", port },
    ca: readFileSync(caFileOf(ledger), "utf8"),
  };
}

/**
 * The text of each of the stack's secrets, by the name that the program's output `secretNames` gives it.
 */
export function secretsOf(graph: Graph, { place }: Ledger): Record<string, string> {
  const resolve = localResolver(graph, passwordsFor(graph, new Kept(join(place.folder, KEPT_SECRETS))));
  const texts = secretTexts(graph, resolve);
  const pairs = Object.entries((graph.outputs.secretNames ?? {}) as Record<string, never>).flatMap(
    ([name, output]) => {
      const [reference] = referencesIn(output);
      const text = reference && texts[resolve({ urn: reference.urn, property: "arn" })];
      return text === undefined ? [] : [[name, text] as const];
    },
  );
  return Object.fromEntries(pairs);
}

/** Lets an operator in during maintenance. Rejects when the graph has none. */
export function operatorTokenOf(graph: Graph, ledger: Ledger): NonNullable<SmokeOptions["operatorToken"]> {
  return async () => {
    const { operatorToken } = secretsOf(graph, ledger);
    if (operatorToken === undefined) throw new RehearsalError("the stack has no operators' token");
    return operatorToken;
  };
}
