import type { Graph, GraphResource } from "../../graph/model.ts";
import { nameOf } from "../../graph/resources.ts";
import { referencesIn } from "../../graph/text.ts";
import type { Danger } from "../model.ts";
import { inputsOf, isObject, list, type Shown } from "../shown.ts";
import { between } from "../text.ts";
import { type DangerCheck, danger } from "./danger.ts";

/** One permission: every list taken apart. */
interface Grant {
  effect: string;
  principal: string;
  action: string;
  resource: string;
  condition: string;
}

/** What an identity may do, or what others may do with a resource, grew. */
export const permissionsWidened: DangerCheck = ({ before, after }) => {
  const old = grantsBySubject(before);
  const now = grantsBySubject(after);
  const there = new Set(after.resources.map(({ urn }) => urn));
  const subjects = new Set([...now.keys(), ...[...old.keys()].filter((urn) => there.has(urn))]);
  return [...subjects].flatMap((subject) => {
    const [was, grants] = [old.get(subject), now.get(subject) ?? []];
    if (!was) return sweeping(subject, grants);
    const added = grants
      .filter(({ effect }) => effect === "Allow")
      .filter((grant) => !was.some((each) => covers(each, grant)));
    const gone = was.filter((each) => each.effect === "Deny" && !grants.some((grant) => covers(grant, each)));
    return [
      ...(added.length > 0 ? [widened(subject, was, added)] : []),
      ...(gone.length > 0 ? [undenied(subject, gone)] : []),
    ];
  });
};

/** What is new may be given what it needs, but not everything. */
function sweeping(subject: string, grants: Grant[]): Danger[] {
  const all = grants.filter(isSweeping);
  return all.length > 0 ? [widened(subject, [], all)] : [];
}

function isSweeping({ effect, principal, action }: Grant): boolean {
  return (
    effect === "Allow" &&
    (action === "*" ||
      /\/AdministratorAccess$|\/PowerUserAccess$|\/IAMFullAccess$/.test(action) ||
      (principal === "*" && !action.startsWith("managed:")))
  );
}

function widened(subject: string, was: Grant[], added: Grant[]): Danger {
  const wild = added.some(
    (each) => isSweeping(each) || /\*$/.test(each.action) || (each.resource === "*" && each.principal === ""),
  );
  return danger({
    severity: wild ? "critical" : "warning",
    kind: "iam-widened",
    title: `${nameOf(subject)} may do more than before`,
    resources: [nameOf(subject)],
    property: "policy",
    before: was.length > 0 ? `${was.length} permissions` : "none",
    after: `also ${added.slice(0, 6).map(said).join("; ")}${added.length > 6 ? `; and ${added.length - 6} more` : ""}`,
    why: wild
      ? "With a star in it, whoever gets hold of the identity gets far more than the task needs."
      : "Whoever gets hold of the identity may do this as well.",
    advice: "Say in the pull request what needs it; name actions and resources one by one.",
  });
}

function undenied(subject: string, grants: Grant[]): Danger {
  return danger({
    severity: "critical",
    kind: "iam-widened",
    title: `${nameOf(subject)} no longer refuses ${[...new Set(grants.map(({ action }) => action))].join(", ")}`,
    resources: [nameOf(subject)],
    property: "policy",
    before: `refused: ${grants.map(said).join("; ")}`,
    after: "not refused",
    why: "A refusal holds against every permission that anyone else gives; without it they count.",
    advice: "Keep the statement, or say what takes its place.",
  });
}

function said({ principal, action, resource }: Grant): string {
  const what = action.startsWith("managed:") ? `what ${action.split("/").at(-1)} allows` : action;
  return [what, resource && `on ${resource}`, principal && `for ${principal}`].filter(Boolean).join(" ");
}

/** Who is given what, by the urn of the role or resource: its policies together, however they are cut into resources. */
function grantsBySubject(graph: Graph): Map<string, Grant[]> {
  const grants = new Map<string, Grant[]>();
  const add = (subject: string | undefined, more: Grant[]) => {
    if (subject && more.length > 0) grants.set(subject, [...(grants.get(subject) ?? []), ...more]);
  };
  for (const resource of graph.resources) {
    const inputs = inputsOf(resource);
    if (resource.type === "aws:iam/role:Role") {
      add(resource.urn, statements(inputs.assumeRolePolicy));
      for (const arn of list(inputs.managedPolicyArns)) add(resource.urn, [managed(String(arn))]);
      for (const inline of list(inputs.inlinePolicies))
        if (isObject(inline)) add(resource.urn, statements(inline.policy));
    } else if (resource.type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
      add(subjectOf(resource, "role"), [managed(String(inputs.policyArn))]);
    } else if (/:(RolePolicy|UserPolicy|GroupPolicy)$/.test(resource.type)) {
      add(subjectOf(resource, "role", "user", "group"), statements(inputs.policy));
    } else if (inputs.policy !== undefined && /Policy$/.test(resource.type) && isObject(inputs.policy)) {
      add(
        subjectOf(resource, "bucket", "arn", "keyId", "repository", "secretArn", "queueUrl") ?? resource.urn,
        statements(inputs.policy),
      );
    }
  }
  return grants;
}

function subjectOf(resource: GraphResource, ...properties: string[]): string | undefined {
  return properties.flatMap((each) => referencesIn(resource.inputs[each]))[0]?.urn;
}

function managed(arn: string): Grant {
  return { effect: "Allow", principal: "", action: `managed:${arn}`, resource: "", condition: "" };
}

function statements(policy: Shown | undefined): Grant[] {
  if (!isObject(policy)) return [];
  return list(policy.Statement).flatMap((statement) => {
    if (!isObject(statement)) return [];
    const effect = String(statement.Effect ?? "Allow");
    const condition = statement.Condition ? JSON.stringify(statement.Condition) : "";
    const actions = statement.NotAction
      ? [`everything but ${list(statement.NotAction).join(", ")}`]
      : list(statement.Action);
    const resources = statement.NotResource
      ? [`everything but ${list(statement.NotResource).join(", ")}`]
      : list(statement.Resource ?? "");
    return principals(statement.Principal).flatMap((principal) =>
      actions.flatMap((action) =>
        resources.map((resource) => ({
          effect,
          principal,
          action: String(action),
          resource: String(resource),
          condition,
        })),
      ),
    );
  });
}

function principals(principal: Shown | undefined): string[] {
  if (principal === undefined || principal === null) return [""];
  if (!isObject(principal)) return [String(principal)];
  return Object.entries(principal).flatMap(([kind, who]) =>
    list(who).map((each) => (each === "*" ? "*" : `${kind} ${each}`)),
  );
}

/** Whether one permission includes another. A condition narrows: none covers any, one covers only itself. */
function covers(wide: Grant, narrow: Grant): boolean {
  return (
    wide.effect === narrow.effect &&
    matches(wide.action, narrow.action, true) &&
    matches(wide.resource, narrow.resource) &&
    (wide.principal === narrow.principal || wide.principal === "*") &&
    (wide.condition === "" || wide.condition === narrow.condition)
  );
}

function matches(pattern: string, text: string, ignoreCase = false): boolean {
  if (ignoreCase) return matches(pattern.toLowerCase(), text.toLowerCase());
  return between(pattern.split("*"), text) !== undefined;
}
