import { MOST_RULES, overLimits } from "../../policy/rule-limits.ts";
import type { Json } from "../../policy/values.ts";
import type { Mistake } from "../explain.ts";
import { CLOSED, type LedCohort } from "../schema/traffic/cohorts.ts";
import type { Parsed } from "../schema.ts";
import { apart } from "./apart.ts";
import { type Condition, conditionsOf } from "./conditions.ts";

/** The rules of cohorts that span keys. */
export function cohortMistakes(config: Parsed): Mistake[] {
  const all = Object.entries(config.cohorts);
  return [
    ...all.flatMap(([name, cohort]) =>
      [...wrongTrack(cohort, config), ...wrongMembers(cohort, config), ...tooMuch(conditionsOf(cohort))].map(
        ({ path, rule }) => ({ path: path ? `cohorts.${name}.${path}` : `cohorts.${name}`, rule }),
      ),
    ),
    ...meeting(all),
    ...tooManyRules(config),
  ];
}

function wrongTrack({ to }: LedCohort, { tracks, stable }: Parsed): Mistake[] {
  if (to === CLOSED) return [];
  const others = Object.keys(tracks).filter((name) => name !== stable);
  if (others.includes(to)) return [];
  const choice = [...others, CLOSED].join(", ");
  const why = to === stable ? "stable is where everybody else is" : `not ${JSON.stringify(to)}`;
  return [{ path: "to", rule: `must name a track that isn't stable, or be ${CLOSED} (${choice}): ${why}` }];
}

function wrongMembers(cohort: LedCohort, { domain, domains, network }: Parsed): Mistake[] {
  const { host = [] } = cohort;
  if (conditionsOf(cohort).length === 0)
    return [{ path: "", rule: "must say who is in it: header, cookie, host, path, network or users" }];
  const served = [domain, ...domains.filter(({ redirect }) => !redirect).map(({ name }) => name)];
  const strange = host.flatMap((pattern, index) =>
    served.some((name) => matches(pattern, name))
      ? []
      : [{ path: `host[${index}]`, rule: `must be a name that the stack serves (${served.join(", ")})` }],
  );
  const hidden = cohort.network && network.proxies.length > 0;
  return [
    ...strange,
    ...(hidden
      ? [{ path: "network", rule: "the balancer sees the addresses of network.proxies, and no client's" }]
      : []),
  ];
}

/** An ALB's pattern, `*` for any text and `?` for one letter. */
function matches(pattern: string, name: string): boolean {
  // How much of the name the pattern so far may have taken.
  let taken = [0];
  for (const letter of pattern) {
    if (letter === "*") {
      const [least = name.length + 1] = taken;
      taken = Array.from({ length: Math.max(0, name.length + 1 - least) }, (_, more) => least + more);
    } else {
      taken = taken
        .filter((at) => at < name.length && (letter === "?" || name[at] === letter))
        .map((at) => at + 1);
    }
  }
  return taken.includes(name.length);
}

function tooMuch(conditions: readonly Condition[]): Mistake[] {
  const over = overLimits(conditions as unknown as Json[]);
  return over.map((rule) => ({ path: "", rule: `the balancer's limit: ${rule}` }));
}

/** Of two rules that fit a request the balancer takes one, and nobody reads config for which: so there is only one answer. */
function meeting(all: readonly [string, LedCohort][]): Mistake[] {
  const open = all.filter(([, { to }]) => to !== CLOSED);
  return open.flatMap(([name, cohort], index) =>
    open
      .slice(0, index)
      .filter(([, other]) => other.to !== cohort.to && !apart(other, cohort))
      .map(([other, { to }]) => ({
        path: `cohorts.${name}.to`,
        rule: `somebody may be in cohorts.${other} too, which leads to ${to}: lead both to one track, or keep them apart by the same key (other names, other paths, other values)`,
      })),
  );
}

function tooManyRules({ cohorts, tracks, domains, stickiness }: Parsed): Mistake[] {
  const count = {
    cohorts: Object.keys(cohorts).length,
    testers: 2 * Object.keys(tracks).length,
    sessions: stickiness === "none" ? 0 : 2 * Object.keys(tracks).length + 1,
    redirects: domains.filter(({ redirect }) => redirect).length,
  };
  const sum = Object.values(count).reduce((total, each) => total + each, 0);
  if (sum <= MOST_RULES) return [];
  const parts = Object.entries(count).map(([of, rules]) => `${of} ${rules}`);
  return [
    {
      path: "cohorts",
      rule: `the balancer takes ${MOST_RULES} rules, these are ${sum}: ${parts.join(", ")}`,
    },
  ];
}
