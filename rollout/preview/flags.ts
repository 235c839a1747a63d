import type { Graph } from "../graph/model.ts";
import { ofType } from "../graph/resources.ts";
import { TYPES } from "../graph/types.ts";
import type { AudienceChange } from "./model.ts";
import { at, isObject, list, type Shown, shown } from "./shown.ts";
import { listed } from "./text.ts";

/**
 * Two graphs with their flags in clear. The SDK marks AppConfig's content as a secret, so a capture keeps nothing of it;
 * the same text is an output, and in git.
 */
export function withFlags(before: Graph, after: Graph): [Graph, Graph] {
  const [old, now] = [documentOf(before), documentOf(after)];
  if (old === undefined || now === undefined) return [before, after];
  return [unwrapped(before, old), unwrapped(after, now)];
}

function unwrapped(graph: Graph, document: string): Graph {
  return {
    ...graph,
    resources: graph.resources.map((each) =>
      each.type === TYPES.flagsVersion && each.inputs.content !== undefined
        ? { ...each, inputs: { ...each.inputs, content: document } }
        : each,
    ),
  };
}

function documentOf({ outputs }: Graph): string | undefined {
  const { document } = (outputs.flags ?? {}) as { document?: unknown };
  return typeof document === "string" ? document : undefined;
}

/** Who has a flag. Whoever is in any of these has it. */
interface Audience {
  isEverybody: boolean;
  tenants: string[];
  groups: string[];
  /** Of tenants, by a hash of their names. */
  percent: number;
  /** Rules that aren't ours, as they are. */
  others: string[];
}

const NOBODY: Audience = { isEverybody: false, tenants: [], groups: [], percent: 0, others: [] };

/** Flags by key that other people have than before. */
export function flagChanges(before: Graph, after: Graph): AudienceChange[] {
  // A stack that is new, or from before it had flags, had them for nobody: that isn't a change of who has them.
  if (documentOf(before) === undefined) return [];
  const [old, now] = [audiencesOf(before), audiencesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].toSorted().flatMap((key) => {
    const [was, is] = [old.get(key) ?? NOBODY, now.get(key) ?? NOBODY];
    const [gets, loses] = [beyond(was, is), beyond(is, was)];
    if (gets === "" && loses === "") return [];
    return [
      {
        key,
        resource: ofType(after, TYPES.flagsVersion)[0]?.name ?? "",
        before: said(was),
        after: said(is),
        ...(gets ? { gets } : {}),
        ...(loses ? { loses } : {}),
      },
    ];
  });
}

/** What `said` says of a flag that is on for all. */
export const EVERYBODY = "everybody";

function audiencesOf(graph: Graph): Map<string, Audience> {
  const values = at(shown(documentOf(graph) ?? ""), "values");
  return new Map(
    isObject(values) ? Object.entries(values).map(([key, each]) => [key, audienceOf(each)]) : [],
  );
}

/** AppConfig serves the first variant whose rule holds; one without a rule is for all the others. */
function audienceOf(value: Shown): Audience {
  const variants = isObject(value) ? value._variants : undefined;
  if (variants === undefined) return { ...NOBODY, isEverybody: at(value, "enabled") === true };
  let audience = NOBODY;
  for (const variant of list(variants)) {
    if (at(variant, "enabled") !== true) continue;
    const rule = at(variant, "rule");
    audience = typeof rule === "string" ? joined(audience, rule) : { ...audience, isEverybody: true };
  }
  return audience;
}

/** The rules that infra/flags/document.ts writes: `(eq $group "admin")`, `(in $tenant ["a", "b"])`, `(split pct::10 by::$tenant)`. */
function joined(audience: Audience, rule: string): Audience {
  const [, kind, names = ""] = /^\((?:eq|in) \$(tenant|group) (.*)\)$/.exec(rule) ?? [];
  const all = [...names.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);
  if (kind === "tenant") return { ...audience, tenants: [...audience.tenants, ...all] };
  if (kind === "group") return { ...audience, groups: [...audience.groups, ...all] };
  const [, percent] = /^\(split pct::(\d+) by::\$tenant\)$/.exec(rule) ?? [];
  if (percent === undefined) return { ...audience, others: [...audience.others, rule] };
  return { ...audience, percent: Number(percent), isEverybody: audience.isEverybody || percent === "100" };
}

function said({ isEverybody, tenants, groups, percent, others }: Audience): string {
  if (isEverybody) return EVERYBODY;
  const parts = [
    ...(groups.length > 0 ? [`${groups.length === 1 ? "group" : "groups"} ${listed(groups)}`] : []),
    ...(tenants.length > 0 ? [`${tenants.length === 1 ? "tenant" : "tenants"} ${listed(tenants)}`] : []),
    ...(percent > 0 ? [`${percent} % of tenants`] : []),
    ...others.map((rule) => `who meets ${rule}`),
  ];
  return parts.join("; ") || "nobody";
}

/** Whom the other audience has beyond the one; empty when nobody. */
function beyond(one: Audience, other: Audience): string {
  if (one.isEverybody) return "";
  if (other.isEverybody)
    return one === NOBODY || said(one) === "nobody" ? EVERYBODY : `everybody but ${said(one)}`;
  const missing = (these: string[], those: string[]) => those.filter((each) => !these.includes(each));
  const more = {
    ...NOBODY,
    tenants: missing(one.tenants, other.tenants),
    groups: missing(one.groups, other.groups),
    others: missing(one.others, other.others),
    percent: other.percent > one.percent ? other.percent : 0,
  };
  return said(more) === "nobody" ? "" : said(more);
}
