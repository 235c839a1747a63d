import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "../../../graph/model.ts";
import { referencesIn } from "../../../graph/text.ts";
import type { Door } from "../../../smoke/client.ts";
import type { SmokeOptions, SmokeResult } from "../../../smoke/run.ts";
import { RehearsalError } from "../machine/errors.ts";
import type { Ledger } from "../machine/state.ts";
import { KEPT_SECRETS, Kept, passwordsFor } from "../plan/passwords.ts";
import { localResolver, secretTexts } from "../plan/resolver.ts";
import { caFileOf } from "../verbs/status.ts";

export type { SmokeResult };

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
