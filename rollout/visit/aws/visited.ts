import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientSettings } from "../../../infra/aws-client.ts";
import { nth } from "../../../infra/sure.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { factsOf, outputsOf } from "../../platforms/aws/deployment.ts";
import { automation, type Engine } from "../../platforms/aws/engine.ts";
import { S3Journal } from "../../platforms/aws/journal/journal.ts";
import { Objects } from "../../platforms/aws/journal/objects.ts";
import { runOn } from "../../platforms/aws/run-command.ts";
import type { Errand, Hear, LogKind, Visited } from "../visited.ts";
import { scriptOf } from "./container.ts";
import { readLogs } from "./logs.ts";
import { processesOn } from "./processes.ts";
import { converseOn } from "./session.ts";

export interface VisitOnAws {
  stack: string;
  projectDir: string;
  by: string;
  clock?: Clock;
  /** Another engine than the `pulumi` of the PATH, for tests. */
  engine?: Engine;
}

/** Systems Manager's own default for a script. */
const WITHIN_SECONDS = 3_600;
/** Of a script's output Systems Manager keeps so many letters. */
const KEPT_LETTERS = 24_000;

/**
 * A stack in AWS, for who visits it: logs by CloudWatch, processes and commands by Systems Manager.
 *
 * @throws {UserError} when the stack's state can't be read
 */
export async function visitedOnAws(options: VisitOnAws): Promise<Visited> {
  const { stack, projectDir, by, clock = systemClock } = options;
  const deployment = await (options.engine ?? automation({ projectDir, stack, clock })).deployment();
  const facts = factsOf(deployment);
  const outputs = outputsOf(deployment);
  // arn:aws:elasticloadbalancing:REGION:...
  const region = nth(facts.listenerArn.split(":"), 3);
  return {
    journal: new S3Journal(new Objects(region, facts.journalBucket), stack, clock),
    processes: () => processesOn({ region, clock, groups: facts.groups }),
    logs(query, tell) {
      const groups = outputs.logGroups as Record<LogKind, string> | undefined;
      if (!groups) throw new UserError("the stack doesn't say where its logs are: run `pulumi up` first");
      return readLogs({ region, clock, groups }, query, tell);
    },
    secrets: () => secretsOf((outputs.secretNames ?? {}) as Record<string, string>, region),
    run: (errand, hear, signal) => run(errand, { region, clock, by }, hear, signal),
    converse: (errand) =>
      converseOn({
        region,
        server: ("in" in errand ? errand.in : errand.beside).server,
        script: scriptOf(errand, true),
        reason: `rollout, by ${by}`.replaceAll(/[^\w@. ,-]/g, ""),
      }),
  };
}

/** The stack's own secrets; the app's are a JSON object in one of them. */
async function secretsOf(names: Readonly<Record<string, string>>, region: string): Promise<string[]> {
  const client = new SecretsManagerClient(clientSettings(region));
  const texts = await Promise.all(
    Object.values(names).map(
      async (SecretId) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? "",
    ),
  );
  return texts.flatMap((text) => [text, ...valuesIn(text)]);
}

function valuesIn(text: string): string[] {
  try {
    return Object.values(JSON.parse(text) as object).filter((value) => typeof value === "string");
  } catch {
    return [];
  }
}

async function run(
  errand: Errand,
  { region, clock, by }: { region: string; clock: Clock; by: string },
  hear: Hear,
  signal: AbortSignal,
): Promise<number> {
  const { server } = "in" in errand ? errand.in : errand.beside;
  const script = `#!/bin/bash\n${scriptOf(errand, false)}`;
  const { code, stdout, stderr, status } = await runOn(server, script, {
    region,
    clock,
    withinSeconds: WITHIN_SECONDS,
    comment: `rollout exec by ${by}`.slice(0, 100),
    signal,
    everyMs: 1_000,
  }).catch((error: unknown) => {
    if (signal.aborted)
      hear(Buffer.from("nobody waits for it any more; it goes on at the server\n"), "stderr");
    throw error;
  });
  hear(Buffer.from(stdout), "stdout");
  hear(Buffer.from(stderr), "stderr");
  if (code === null) throw new UserError(`the command didn't run to its end on ${server}: ${status}`);
  if (Math.max(stdout.length, stderr.length) >= KEPT_LETTERS)
    hear(Buffer.from(`\n(Systems Manager keeps no more than ${KEPT_LETTERS} letters)\n`), "stderr");
  return code;
}
