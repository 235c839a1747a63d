import { cohortOf, isCohortPlace } from "../../../infra/traffic/forward.ts";
import { UserError } from "../../errors.ts";
import { ofType } from "../../graph/resources.ts";
import { TYPES } from "../../graph/types.ts";
import type { Weights } from "../platform.ts";
import type { RecordedCohort } from "./balancer/cohort-rules.ts";
import type { RecordedRule } from "./balancer/session-rules.ts";
import { type Forward, sharesOf } from "./balancer/split.ts";

/** A stack's state as `pulumi stack export` prints it, of which a rollout reads little. */
export interface Deployment {
  resources?: StateResource[];
}

export interface StateResource {
  urn: string;
  type: string;
  outputs?: Record<string, unknown>;
}

/** What a rollout needs to know of a stack, all of it from the stack's state. */
export interface StackFacts {
  /** `https://` and the public name. */
  url: string;
  listenerArn: string;
  /** The listener's name in the engine: what an `up` is targeted at. */
  listenerUrn: string;
  /** What tells the servers which track runs the app's processes: it follows the weights and the stable track. */
  followedUrns: string[];
  /** By track, as are the next two. */
  targetGroupArns: Record<string, string>;
  groups: Record<string, ServerGroup>;
  alarmArns: Record<string, string>;
  /** What makes servers let go of open connections; absent for a stack that was last up before there was one. */
  releaseDocument?: string | undefined;
  /** What the last `up` told the listener. */
  split: Forward;
  weights: Weights;
  /** Those of the listener that keep browsers with a version; none where each request goes by the weights alone. */
  sessionRules: RecordedRule[];
  /** Those that lead cohorts; none where all are closed. */
  cohortRules: RecordedCohort[];
  /** Where the servers tell what they count by the second; absent for a stack that was last up before they did. */
  secondsLogGroup?: string | undefined;
  journalBucket: string;
  /** By severity, P1 to P4; empty for a stack that was last up before it told them: nobody is kept from rolling back by it. */
  alertTopicArns: Record<string, string>;
  /** In AWS's console. */
  dashboardUrl: string | undefined;
  backup: {
    vault: string;
    roleArn: string;
    databaseArn: string;
    /** Days that a backup is kept; undefined for a stack that was last up before it told them: it can be rolled back, not backed up. */
    retentionDays?: number;
  };
}

/** A track's autoscaling group as the program declares it. */
export interface ServerGroup {
  name: string;
  /** Servers that the track has at least, which must carry all traffic by themselves. */
  servers: number;
  maxServers: number;
}

/**
 * Reads the stack's outputs and its listener.
 *
 * @throws {UserError} when an output is missing: the stack was never up, or not since the output was added
 */
export function factsOf(deployment: Deployment): StackFacts {
  const outputs = outputsOf(deployment);
  const listenerArn = text(outputs, "listenerArn");
  const listener =
    ofType(deployment, TYPES.listener).find((each) => each.outputs?.arn === listenerArn) ??
    missing("the HTTPS listener in its state");
  const targetGroupArns = texts(outputs, "targetGroupArns");
  const split = recorded(listener);
  return {
    url: text(outputs, "url"),
    listenerArn,
    listenerUrn: listener.urn,
    followedUrns: ofType(deployment, TYPES.parameter)
      .map(({ urn }) => urn)
      .filter((urn) => urn.includes(`${TYPES.processes}$`)),
    targetGroupArns,
    groups: groupsIn(outputs),
    alarmArns: texts(outputs, "trackAlarmArns"),
    releaseDocument: outputs.releaseDocument === undefined ? undefined : text(outputs, "releaseDocument"),
    split,
    weights: sharesOf(split, targetGroupArns),
    sessionRules: sessionRulesOf(deployment, listenerArn, targetGroupArns),
    cohortRules: rulesIn(deployment, listenerArn).flatMap(({ urn, arn = "", priority }) =>
      isCohortPlace(Number(priority)) ? [{ urn, arn, cohort: cohortOf(urn) }] : [],
    ),
    secondsLogGroup: outputs.secondsLogGroup === undefined ? undefined : text(outputs, "secondsLogGroup"),
    journalBucket: text(outputs, "journalBucket"),
    dashboardUrl: typeof outputs.dashboardUrl === "string" ? outputs.dashboardUrl : undefined,
    alertTopicArns: outputs.alertTopicArns === undefined ? {} : texts(outputs, "alertTopicArns"),
    backup: {
      vault: text(outputs, "backupVault"),
      roleArn: text(outputs, "backupRoleArn"),
      databaseArn: text(outputs, "databaseArn"),
      ...(typeof outputs.backupRetentionDays === "number" && { retentionDays: outputs.backupRetentionDays }),
    },
  };
}

/** What the stack exports; nothing when it was never up. */
export function outputsOf(deployment: Deployment): Record<string, unknown> {
  return ofType(deployment, TYPES.stack)[0]?.outputs ?? {};
}

interface RecordedForward {
  targetGroups: { arn: string; weight?: number }[];
}

function recorded({ outputs }: StateResource): Forward {
  const [action] = (outputs?.defaultActions ?? []) as {
    forward?: RecordedForward;
    targetGroupArn?: string;
  }[];
  // A listener that was imported may have the short form of one target group.
  const short = action?.targetGroupArn ? { targetGroups: [{ arn: action.targetGroupArn }] } : undefined;
  const forward: RecordedForward | undefined = action?.forward ?? short;
  if (!forward) throw new UserError("by the stack's state the listener forwards to no track");
  return { groups: forward.targetGroups.map(({ arn, weight = 1 }) => ({ arn, weight })) };
}

/** What a rule of the listener records. */
interface RuleOutputs {
  arn?: string;
  listenerArn?: string;
  priority?: number;
  conditions?: { httpHeader?: { regexValues?: string[] } }[];
  actions?: { targetGroupArn?: string }[];
}

function sessionRulesOf(
  deployment: Deployment,
  listenerArn: string,
  targetGroupArns: Record<string, string>,
): RecordedRule[] {
  const tracks = new Map(Object.entries(targetGroupArns).map(([track, arn]) => [arn, track]));
  return rulesIn(deployment, listenerArn).flatMap(({ urn, arn = "", priority, conditions, actions }) => {
    const patterns = conditions?.[0]?.httpHeader?.regexValues ?? [];
    if (isCohortPlace(Number(priority)) || patterns.length === 0) return [];
    return [{ urn, arn, track: tracks.get(actions?.[0]?.targetGroupArn ?? "") ?? "", patterns }];
  });
}

function rulesIn(deployment: Deployment, listenerArn: string): (RuleOutputs & { urn: string })[] {
  return ofType(deployment, TYPES.listenerRule)
    .map(({ urn, outputs }) => ({ ...(outputs as RuleOutputs | undefined), urn }))
    .filter((rule) => rule.listenerArn === listenerArn);
}

/**
 * Read from the outputs, not from the groups: a refresh of the state would overwrite the groups with what a rollout
 * has set.
 */
function groupsIn({ servers }: Record<string, unknown>): Record<string, ServerGroup> {
  const known = Object.entries(
    (servers ?? {}) as Record<string, { group: string; least: number; most: number }>,
  );
  if (known.length === 0) missing("the output servers");
  return Object.fromEntries(
    known.map(([track, { group, least, most }]) => [
      track,
      { name: group, servers: least, maxServers: most },
    ]),
  );
}

function text(outputs: Record<string, unknown>, name: string): string {
  const value = outputs[name];
  return typeof value === "string" && value !== "" ? value : missing(`the output ${name}`);
}

function texts(outputs: Record<string, unknown>, name: string): Record<string, string> {
  const value = outputs[name];
  const known = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const good = known.length > 0 && known.every(([, each]) => typeof each === "string");
  return good ? Object.fromEntries(known) : missing(`the output ${name}`);
}

function missing(what: string): never {
  throw new UserError(`the stack doesn't have ${what}: run \`pulumi up\` of the whole stack, then try again`);
}
