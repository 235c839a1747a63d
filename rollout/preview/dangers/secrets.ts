import type { Graph, Value } from "../../graph/model.ts";
import { isSecret, referencesIn } from "../../graph/text.ts";
import type { Danger } from "../model.ts";
import { secretsOf } from "../redact.ts";
import { EARLIER, inputsOf, isObject, shown } from "../shown.ts";
import { type DangerCheck, danger } from "./danger.ts";

/** Secrets that were kept as such and now stand in clear, or that turn up in clear. No value is ever shown. */
export const secretsInClear: DangerCheck = ({ before, after, deltas }) => {
  const isOpen = openIn(after);
  const resources = deltas.flatMap(({ before: old, after: now, change }) => {
    if (!now) return [];
    const unwrapped = old ? unwrappedPaths(old.inputs, now.inputs) : [];
    const known = new Set(old ? secretsOf(inputsOf(old)) : []);
    const fresh = Object.entries(inputsOf(now)).filter(
      ([key, value]) =>
        !unwrapped.includes(key) && secretsOf(value, key).some((each) => !known.has(each) && !isOpen(each)),
    );
    const constant = old ? constants(old.inputs, now.inputs) : [];
    return [
      ...constant.map((path) => written(change.name, path)),
      ...unwrapped.map((path) => exposed(change.name, path, "secret")),
      ...fresh.map(([key]) => exposed(change.name, key, "nothing of the kind")),
    ];
  });
  return [...resources, ...exports(before, after)];
};

/** The output with what looks like a secret and, the config says, is for everybody to read (`app.notSecret`). */
const OPEN = "openVariables";

function openIn({ outputs }: Graph): (secret: string) => boolean {
  const open = Object.values((outputs[OPEN] ?? {}) as Record<string, Value>).map(String);
  return (secret) => open.some((each) => each.includes(secret));
}

function exports(before: Graph, after: Graph): Danger[] {
  const known = new Set(secretsOf(shown(before.outputs)));
  const unwrapped = unwrappedPaths(before.outputs, after.outputs);
  const fresh = Object.entries(after.outputs)
    .filter(([key]) => key !== OPEN)
    .filter(([key, value]) => secretsOf(shown(value), key).some((each) => !known.has(each)))
    .map(([key]) => key);
  return [...new Set([...unwrapped, ...fresh])].map((path) => exposed("the stack's outputs", path, "secret"));
}

/** Dotted paths where a secret was and now is something that isn't one. */
export function unwrappedPaths(before: Value | undefined, after: Value | undefined, path = ""): string[] {
  if (after === undefined || after === null || isSecret(after)) return [];
  if (isSecret(before)) return [path];
  if (!isObject(before) || !isObject(after)) {
    if (!Array.isArray(before) || !Array.isArray(after)) return [];
  }
  const [old, now] = [before, after] as unknown as [Record<string, Value>, Record<string, Value>];
  return Object.keys(now).flatMap((key) => unwrappedPaths(old[key], now[key], path ? `${path}.${key}` : key));
}

/** Paths of secrets that came from another resource and now come from nowhere: from the program's or the config's text. */
function constants(before: Record<string, Value>, after: Record<string, Value>): string[] {
  return Object.keys(after).filter((key) => {
    const [was, is] = [before[key], after[key]];
    if (!isSecret(was) || !isSecret(is)) return false;
    return sourcesOf(was).length > 0 && sourcesOf(is).length === 0;
  });
}

function sourcesOf(secret: Value | undefined): string[] {
  return referencesIn(secret).flatMap(({ urn }) => (urn === EARLIER.$ref.urn ? [] : [urn]));
}

function written(resource: string, property: string): Danger {
  return danger({
    severity: "warning",
    kind: "secret-in-clear",
    title: `A secret of ${resource} no longer comes from a resource: its text is in the program or the config`,
    resources: [resource],
    property,
    before: "secret, from another resource",
    after: "secret, from text (not shown here)",
    why: "The cloud and the state still hide it, but in the program's text git keeps it in clear for good.",
    advice: "Take it from Secrets Manager or a random password, or set it with `pulumi config set --secret`.",
  });
}

function exposed(resource: string, property: string, before: string): Danger {
  return danger({
    severity: "critical",
    kind: "secret-in-clear",
    title: `A secret of ${resource} is in clear`,
    resources: [resource],
    property,
    before,
    after: "in clear (not shown here)",
    why: "Who can read the config, the state, the logs or the resource can read it, and git keeps it for good.",
    advice:
      "Keep it in Secrets Manager, or set it with `pulumi config set --secret`, and hand it on as a secret output. If it has been pushed, change it.",
  });
}
