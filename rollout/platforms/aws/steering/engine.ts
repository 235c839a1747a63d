import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { clientSettings } from "../../../../infra/aws-client.ts";
import { followedParameter } from "../../../../infra/host/processes/agent.ts";
import { StackFile } from "../../../config/stack-file.ts";
import { isWhole, shareOf, type Weights } from "../../../core/weights.ts";
import { UserError } from "../../../errors.ts";
import { TYPES } from "../../../graph/types.ts";
import { closedConditions, openRules } from "../balancer/cohort-rules.ts";
import { Listener } from "../balancer/listener.ts";
import { ListenerRules } from "../balancer/rules.ts";
import { sessionConditions } from "../balancer/session-rules.ts";
import { type Forward, splitOf } from "../balancer/split.ts";
import { type Deployment, factsOf, type StackFacts } from "../deployment.ts";
import type { Engine } from "../engine.ts";
import type { Handed, HandedStore } from "../handed.ts";

export interface SteeringParts {
  store: HandedStore;
  handed: Handed;
  /** Where the files that were handed over are laid out. */
  folder: string;
  stack: string;
  region: string;
}

/**
 * An engine that can move traffic and nothing else: the listener, its rules, and what tells the servers which track runs the
 * app's processes, each by its API. What the config says is kept before the balancer is told, and what the balancer was told
 * after it.
 *
 * Another stable track has other rules for sessions, which only the program can make. They stay until the next `pulumi up`; at
 * 100 % they send everybody to the candidate whatever is stable.
 */
export function steeringEngine({ store, handed, folder, stack, region }: SteeringParts): Engine {
  let kept = handed;
  const keep = async (change: Partial<Handed>) => {
    const next = { ...kept, ...change };
    if (isDeepStrictEqual(next, kept)) return;
    await store.write(next);
    kept = next;
  };
  return {
    async deployment() {
      return kept.deployment;
    },
    async up(_targets, _message, { refresh = false } = {}) {
      if (refresh) throw new UserError("this controller moves traffic only: it deploys nothing");
      const { weights, stable, draining } = await new StackFile(folder, stack).read();
      await keep({ files: await filesIn(folder, Object.keys(kept.files)) });
      const facts = factsOf(kept.deployment);
      const split = splitOf(weights, facts.targetGroupArns);
      await new Listener(region, facts.listenerArn).set(split);
      const patterns = await setRules(new ListenerRules(region, facts.listenerArn), facts, weights, draining);
      await setFollowed(kept.deployment, stack, region, { stable, traffic: carrying(weights) });
      await keep({ deployment: recorded(kept.deployment, split, patterns) });
    },
  };
}

async function filesIn(folder: string, paths: readonly string[]): Promise<Record<string, string>> {
  const texts = paths.map(async (path) => [path, await readFile(`${folder}/${path}`, "utf8")] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** @returns what the rules for sessions look for now, by ARN, of those that changed */
async function setRules(
  rules: ListenerRules,
  { sessionRules }: StackFacts,
  weights: Weights,
  draining: string | undefined,
): Promise<Map<string, string[]>> {
  const real = await rules.read();
  const sessions = sessionConditions(sessionRules, real, weights, draining);
  const closed = isWhole(weights) && openRules(real).length > 0 ? closedConditions(real) : [];
  await rules.set(new Map([...sessions, ...closed]));
  const all = sessionConditions(sessionRules, [], weights, draining);
  return new Map([...all].map(([arn, [condition]]) => [arn, condition?.HttpHeaderConfig?.RegexValues ?? []]));
}

function carrying(weights: Weights): string {
  const tracks = Object.keys(weights).filter((track) => shareOf(weights, track) > 0);
  return tracks.sort().join(",");
}

async function setFollowed(
  { resources = [] }: Deployment,
  stack: string,
  region: string,
  tracks: Record<"stable" | "traffic", string>,
): Promise<void> {
  const names = resources.filter(({ type }) => type === TYPES.parameter).map(({ outputs }) => outputs?.name);
  const follows = (["stable", "traffic"] as const).filter((each) =>
    names.includes(followedParameter(stack, each)),
  );
  if (follows.length === 0) return;
  const { PutParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
  const client = new SSMClient(clientSettings(region));
  for (const each of follows)
    await client.send(
      new PutParameterCommand({ Name: followedParameter(stack, each), Value: tracks[each], Overwrite: true }),
    );
}

/** The state as an `up` would have left it. */
function recorded(
  { resources = [] }: Deployment,
  { groups }: Forward,
  patterns: ReadonlyMap<string, string[]>,
): Deployment {
  return {
    resources: resources.map((each) => {
      if (each.type === TYPES.listener)
        return {
          ...each,
          outputs: {
            ...each.outputs,
            defaultActions: [{ type: "forward", forward: { targetGroups: groups } }],
          },
        };
      const regexValues = patterns.get(String(each.outputs?.arn));
      if (!regexValues) return each;
      const conditions = [{ httpHeader: { httpHeaderName: "cookie", regexValues } }];
      return { ...each, outputs: { ...each.outputs, conditions } };
    }),
  };
}
