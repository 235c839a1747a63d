import { type DBInstance, RDSClient } from "@aws-sdk/client-rds";
import { clientSettings } from "../../../infra/aws-client.ts";
import { nth } from "../../../infra/sure.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { Findings } from "../../drill/findings.ts";
import type { CheckName } from "../../drill/restore/checks.ts";
import { type Declared, declaredOf } from "../../drill/restore/declared.ts";
import { nameOf } from "../../drill/restore/recovery-points.ts";
import { verifyWithin } from "../../drill/restore/within/verify.ts";
import { UserError } from "../../errors.ts";
import { factsOf, type StackFacts } from "../../platforms/aws/deployment.ts";
import { automation, type Engine, type Removal } from "../../platforms/aws/engine.ts";
import type { Switched, Switching } from "../losing.ts";
import { Instances } from "./instances.ts";
import { type Swap, stageOf, swapBack, swapTo } from "./names.ts";
import { databaseIn, standingFor } from "./state.ts";

export interface RestoringOnAws {
  stack: string;
  projectDir: string;
  /** The moment to go back to, in milliseconds since the epoch; `back`: to the database that served before. */
  to: number | "back";
  confirm(switching: Switching): Promise<boolean>;
  say: (line: string) => void;
  signal?: AbortSignal | undefined;
  clock?: Clock;
  /** Others than the real ones, for tests. */
  engine?: Pick<Engine, "deployment"> & Pick<Removal, "replaceState">;
  declared?: Declared;
}

const UNCOUNTED = "how much that is isn't counted on AWS";

/**
 * Lets an instance that RDS restores to a moment take the live one's place, by its name: the servers' address stays, and nothing of the
 * stack is replaced. The one of before is kept under another name, outside of Pulumi. Killed at any moment, the same call goes on.
 *
 * @returns undefined when it wasn't confirmed: then there may be a restored instance beside the live one
 * @throws {UserError} when there is nothing to go back to, the database isn't the stack's own, or the application doesn't work on the copy
 */
export async function restoreOnAws(options: RestoringOnAws): Promise<Switched | undefined> {
  const { stack, projectDir, to, say, signal, clock = systemClock } = options;
  const engine = options.engine ?? automation({ projectDir, stack, clock });
  const deployment = await engine.deployment();
  const facts = factsOf(deployment);
  const region = nth(facts.backup.databaseArn.split(":"), 3);
  const live = nameOf(facts.backup.databaseArn);
  if (!databaseIn(deployment, facts.backup.databaseArn))
    throw new UserError(
      `${live} isn't the stack's own (rollout:database.existing): whoever owns it restores it`,
    );
  const instances = new Instances(new RDSClient(clientSettings(region)), clock, signal);
  const names = await instances.names(live);
  const swap = to === "back" ? swapBack(live, names) : swapTo(live, to);
  if (!swap) throw new UserError("no other database was live before: there is nothing to go back to");
  const began = stageOf(swap, names);
  let moment = to === "back" ? clock.now() : to;
  if (began === "missing" || began === "ready") {
    const source = await expected(instances, live);
    if (to !== "back") {
      expectReachable(source, to);
      say(`${swap.in}: restored from the log of ${live}; this takes as long as the database is large`);
      await instances.restore(source, swap.in, to);
      await expectWell({ ...options, clock }, facts, region, await expected(instances, swap.in), to);
    } else moment = (await expected(instances, live)).InstanceCreateTime?.getTime() ?? moment;
    const losing = { seconds: Math.max(0, (clock.now() - moment) / 1000), tables: [], uncounted: UNCOUNTED };
    const switching = { stack, direction: to === "back" ? "back" : "to", moment, losing } as const;
    if (!(await options.confirm(switching))) {
      if (to !== "back") say(`${swap.in} stays, and costs money: the same command goes on with it`);
      return undefined;
    }
  } else if (began === "between") say("an earlier command was ended in the middle: this one goes on");
  const seconds = began === "switched" ? 0 : await timed(clock, () => changePlaces(instances, swap, say));
  const stood = await standFor(engine, instances, facts.backup.databaseArn);
  if (began === "switched" && !stood)
    throw new UserError(`that is done: the other one is kept as ${swap.out}`);
  const losing = { seconds: 0, tables: [] };
  return { stack, direction: to === "back" ? "back" : "to", moment, losing, kept: swap.out, seconds };
}

async function changePlaces(instances: Instances, swap: Swap, say: (line: string) => void): Promise<void> {
  if (!(await instances.describe(swap.out))) {
    say(`${swap.live}: to be called ${swap.out}`);
    await instances.rename(swap.live, swap.out);
  }
  say(`${swap.in}: to be called ${swap.live}`);
  await instances.rename(swap.in, swap.live);
}

/** @returns whether the state said otherwise */
async function standFor(
  engine: NonNullable<RestoringOnAws["engine"]>,
  instances: Instances,
  arn: string,
): Promise<boolean> {
  const { DbiResourceId } = await expected(instances, nameOf(arn));
  const next = DbiResourceId && standingFor(await engine.deployment(), arn, DbiResourceId);
  if (next) await engine.replaceState(next);
  return Boolean(next);
}

async function expected(instances: Instances, name: string): Promise<DBInstance> {
  const found = await instances.describe(name);
  if (!found) throw new UserError(`there is no database ${name}`);
  return found;
}

function expectReachable({ LatestRestorableTime }: DBInstance, to: number): void {
  const latest = LatestRestorableTime?.getTime() ?? 0;
  if (to > latest)
    throw new UserError(`the database can be taken back to ${new Date(latest).toISOString()} at the latest`);
}

/** One of the stack's servers compares its rows, and tries the application on it. */
async function expectWell(
  options: RestoringOnAws & { clock: Clock },
  facts: StackFacts,
  region: string,
  copy: DBInstance,
  moment: number,
): Promise<void> {
  const { projectDir, stack, say, clock, signal } = options;
  const declared = options.declared ?? (await declaredOf(projectDir, stack));
  const findings = new Findings<CheckName>(say);
  await verifyWithin({
    ...{ region, clock, signal, moment, exact: true, facts, findings },
    copy: { host: copy.Endpoint?.Address ?? "", port: copy.Endpoint?.Port ?? 5432 },
    track: declared.stable,
    domain: new URL(facts.url).hostname,
    tests: declared.smoke,
  });
  const failed = findings.all([], "").filter(({ verdict }) => verdict === "fail");
  if (failed.length > 0)
    throw new UserError(
      `${copy.DBInstanceIdentifier} isn't well: ${failed.map(({ name, details }) => `${name}: ${details}`).join("; ")}. ` +
        "Nothing has changed; it stays beside the live one, and costs money",
    );
}

async function timed(clock: Clock, work: () => Promise<void>): Promise<number> {
  const began = clock.now();
  await work();
  return (clock.now() - began) / 1000;
}
