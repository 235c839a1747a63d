import { UserError } from "../../errors.ts";
import type { Weights } from "../platform.ts";
import { type Split, sharesOf } from "./split.ts";

/** A stack's state as `pulumi stack export` prints it, of which a rollout reads little. */
export interface Deployment {
  resources?: StateResource[];
}

export interface StateResource {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** What a rollout needs to know of a stack, all of it from the stack's state. */
export interface StackFacts {
  /** `https://` and the public name. */
  url: string;
  listenerArn: string;
  /** The listener's name in the engine: what an `up` is targeted at. */
  listenerUrn: string;
  /** By track, as are the next two. */
  targetGroupArns: Record<string, string>;
  groups: Record<string, ServerGroup>;
  alarmArns: Record<string, string>;
  /** What the last `up` told the listener. */
  split: Split;
  weights: Weights;
  journalBucket: string;
  backup: { vault: string; roleArn: string; databaseArn: string };
}

/** A track's autoscaling group as the program declares it. */
export interface ServerGroup {
  name: string;
  /** Servers that the track has at least, which must carry all traffic by themselves. */
  servers: number;
  maxServers: number;
}

const STACK = "pulumi:pulumi:Stack";
const LISTENER = "aws:lb/listener:Listener";
const GROUP = "aws:autoscaling/group:Group";

/**
 * Reads the stack's outputs, its listener and its servers.
 *
 * @throws {UserError} when an output is missing: the stack was never up, or not since the output was added
 */
export function factsOf({ resources = [] }: Deployment): StackFacts {
  const outputs = resources.find(({ type }) => type === STACK)?.outputs ?? {};
  const one = (type: string, property: string, value: string) => {
    const found = resources.find((each) => each.type === type && each.outputs?.[property] === value);
    return found ?? missing(`the ${type.split(":")[2]} ${value} in its state`);
  };
  const listenerArn = text(outputs, "listenerArn");
  const listener = one(LISTENER, "arn", listenerArn);
  const targetGroupArns = texts(outputs, "targetGroupArns");
  const split = recorded(listener);
  return {
    url: text(outputs, "url"),
    listenerArn,
    listenerUrn: listener.urn,
    targetGroupArns,
    groups: Object.fromEntries(
      Object.entries(texts(outputs, "autoscalingGroups")).map(([track, name]) => {
        const { inputs = {} } = one(GROUP, "name", name);
        return [track, { name, servers: Number(inputs.minSize), maxServers: Number(inputs.maxSize) }];
      }),
    ),
    alarmArns: texts(outputs, "trackAlarmArns"),
    split,
    weights: sharesOf(split, targetGroupArns),
    journalBucket: text(outputs, "journalBucket"),
    backup: {
      vault: text(outputs, "backupVault"),
      roleArn: text(outputs, "backupRoleArn"),
      databaseArn: text(outputs, "databaseArn"),
    },
  };
}

interface RecordedForward {
  targetGroups: { arn: string; weight?: number }[];
  stickiness?: { enabled?: boolean; duration?: number };
}

function recorded({ outputs }: StateResource): Split {
  const [action] = (outputs?.defaultActions ?? []) as { forward?: RecordedForward }[];
  if (!action?.forward) throw new UserError("says the stack's state, the listener forwards to no track");
  const { targetGroups, stickiness } = action.forward;
  return {
    groups: targetGroups.map(({ arn, weight = 1 }) => ({ arn, weight })),
    stickinessSeconds: stickiness?.enabled ? (stickiness.duration ?? null) : null,
  };
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
