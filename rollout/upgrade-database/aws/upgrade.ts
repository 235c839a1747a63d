import { type BlueGreenDeployment, type DBInstance, RDSClient } from "@aws-sdk/client-rds";
import { clientSettings } from "../../../infra/aws-client.ts";
import { nth } from "../../../infra/sure.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { StackFile } from "../../config/stack-file.ts";
import type { DrillCheck } from "../../drill/record.ts";
import { nameOf } from "../../drill/restore/recovery-points.ts";
import { UserError } from "../../errors.ts";
import { factsOf } from "../../platforms/aws/deployment.ts";
import { automation, type Engine, type Removal } from "../../platforms/aws/engine.ts";
import { Instances } from "../../restore/aws/instances.ts";
import { stageOf } from "../../restore/aws/names.ts";
import { databaseIn } from "../../restore/aws/state.ts";
import type { PlannedSwitch, Upgraded } from "../upgraded.ts";
import { Deployments } from "./deployments.ts";
import { deploymentName, groupName, swapToOld } from "./names.ts";
import { copyGroup, groupArn, setParameters, upgradeTargets } from "./parameter-group.ts";
import { type InstanceFacts, majorPart, refusalsOf, targetOf } from "./preconditions.ts";
import { descriptionFor, groupIn, upgradedState } from "./state.ts";

export interface UpgradingOnAws {
  stack: string;
  projectDir: string;
  to: number | "back" | "finish";
  confirm(planned: PlannedSwitch): Promise<boolean>;
  say: (line: string) => void;
  signal?: AbortSignal | undefined;
  clock?: Clock;
  /** Others than the real ones, for tests. */
  engine?: Pick<Engine, "deployment"> & Pick<Removal, "replaceState">;
}

/** Every step's tools. */
interface Work extends UpgradingOnAws {
  clock: Clock;
  engine: NonNullable<UpgradingOnAws["engine"]>;
  rds: RDSClient;
  instances: Instances;
  deployments: Deployments;
  arn: string;
  /** The live instance's name, which is its address. */
  live: string;
  instance: DBInstance;
}

const IN_PLACE =
  "The other way is in place, with an outage: rollout:database.upgradeFrom (allowMajorVersionUpgrade), docs/upgrade-database.md";
const LOST =
  "what was written since the other version took its place is lost: on AWS nothing follows it back.";

/**
 * Takes the stack's database on AWS to another major version by a blue/green deployment of RDS: a new instance follows the live one, and
 * takes its name; the state and the config say so afterwards. RDS itself tells how far it has come: after a kill the same call goes on.
 *
 * @returns undefined when it wasn't confirmed
 * @throws {UserError} when RDS can't do it, with the other way
 */
export async function upgradeOnAws(options: UpgradingOnAws): Promise<Upgraded | undefined> {
  const work = await prepared(options);
  if (options.to === "back") return goBack(work);
  if (options.to === "finish") return finish(work);
  return goTo(work, options.to);
}

async function prepared(options: UpgradingOnAws): Promise<Work> {
  const { stack, projectDir, clock = systemClock, signal } = options;
  const engine = options.engine ?? automation({ projectDir, stack, clock });
  const deployment = await engine.deployment();
  const arn = factsOf(deployment).backup.databaseArn;
  const live = nameOf(arn);
  if (!databaseIn(deployment, arn))
    throw new UserError(
      `${live} isn't the stack's own (rollout:database.existing): whoever owns it upgrades it`,
    );
  const rds = new RDSClient(clientSettings(nth(arn.split(":"), 3)));
  const instances = new Instances(rds, clock, signal);
  const instance = await instances.describe(live);
  const tools = { engine, rds, instances, deployments: new Deployments(rds, clock, signal), clock };
  // While two instances change their names neither has it.
  return { ...options, ...tools, arn, live, instance: instance ?? {} };
}

async function goTo(work: Work, major: number): Promise<Upgraded | undefined> {
  const { live, deployments, say, stack } = work;
  const name = deploymentName(live, major);
  let found = await deployments.find(name);
  const from = majorPart(work.instance.EngineVersion);
  if (!found && from === String(major)) {
    if (await stand(work)) return { stack, live: from, checks: [], todo: [await commit(work, major)] };
    throw new UserError(`${live} is PostgreSQL ${work.instance.EngineVersion} already`);
  }
  if (found?.Status !== "SWITCHOVER_COMPLETED" && found?.Status !== "SWITCHOVER_IN_PROGRESS") {
    found = await follows(work, major, found);
    const checks: DrillCheck[] = [
      {
        name: "deployment",
        verdict: "pass",
        details: `${name} is ${found.Status}: the new instance follows`,
      },
      {
        name: "answers",
        verdict: "unknown",
        details: "no statement is replayed on AWS: try the new instance by hand",
      },
    ];
    if (!(await work.confirm({ stack, from, to: String(major), checks, lost: ON_AWS }))) {
      say(`${name} stays, and costs money: the same command goes on with it, --back removes it`);
      return undefined;
    }
  }
  const began = work.clock.now();
  const switched = await deployments.switchOver(name);
  const seconds = (work.clock.now() - began) / 1000;
  const now = { ...work, instance: await expected(work, live) };
  await stand(now);
  const todo = [await commit(work, major)];
  const kept = nameOf(switched.Source);
  return { stack, live: String(major), seconds, kept, checks: [], todo };
}

const ON_AWS =
  "The instance of before is kept, read only, and follows nothing: rollout upgrade-database --back loses what is written after the switch.";

/** @returns the deployment, whose new instance follows */
async function follows(
  work: Work,
  major: number,
  found: BlueGreenDeployment | undefined,
): Promise<BlueGreenDeployment> {
  const { rds, live, instance, deployments, say, engine, arn } = work;
  const source = instance.DBInstanceArn ?? arn;
  const { EngineVersion: version = "" } = instance;
  const targets = await upgradeTargets(rds, version);
  if (!found) {
    const refusals = refusalsOf(await factsFor(work, targets), major);
    if (refusals.length > 0)
      throw new UserError(
        `${live} can't be upgraded by a blue/green deployment:${refusals.map((line) => `\n  ${line}`).join("")}\n${IN_PLACE}`,
      );
  }
  const group = instance.DBParameterGroups?.[0]?.DBParameterGroupName ?? "";
  const present = groupIn(await engine.deployment(), arn);
  const next = groupName(live, major);
  await copyGroup(rds, {
    name: next,
    family: `postgres${major}`,
    description:
      descriptionFor(present.description, majorPart(version), String(major)) ||
      `PostgreSQL ${major} of ${live}`,
    parameters: await setParameters(rds, group),
  });
  const name = deploymentName(live, major);
  say(
    `${name}: RDS makes a second instance of ${major}, which follows; this takes as long as the database is large`,
  );
  return deployments.make({ name, source, version: targetOf(targets, major) ?? String(major), group: next });
}

async function factsFor({ rds, instance }: Work, targets: readonly string[]): Promise<InstanceFacts> {
  const group = instance.DBParameterGroups?.[0];
  const parameters = await setParameters(rds, group?.DBParameterGroupName ?? "");
  return {
    ...instance,
    targets,
    logicalReplication: parameters.find(({ ParameterName }) => ParameterName === "rds.logical_replication")
      ?.ParameterValue,
    parametersInSync: group?.ParameterApplyStatus === "in-sync",
  };
}

async function goBack(work: Work): Promise<Upgraded | undefined> {
  const { deployments, instances, live, stack, say } = work;
  const open = await openDeployment(work);
  const name = open?.BlueGreenDeploymentName ?? "";
  if (open && !/^SWITCHOVER_(COMPLETED|IN_PROGRESS)$/.test(open.Status ?? "") && open.Status !== "DELETING") {
    say(`${name}: removed, with its new instance`);
    await deployments.remove(name, { withNew: true });
    return {
      stack,
      live: majorPart(work.instance.EngineVersion),
      checks: [],
      todo: ["The upgrade is undone."],
    };
  }
  const names = await instances.names(live);
  const left = names.find((each) => each.startsWith(`${live}-left-`))?.slice(`${live}-left-`.length);
  const major = left ?? majorPart(work.instance.EngineVersion);
  const swap = swapToOld(live, major, names) ?? { live, out: `${live}-left-${major}`, in: `${live}-old1` };
  const began = stageOf(swap, names);
  if (began === "missing")
    throw new UserError("no other instance was live before: there is nothing to go back to");
  if (began === "ready") {
    const old = await expected(work, swap.in);
    const planned = {
      stack,
      from: major,
      to: majorPart(old.EngineVersion),
      checks: [],
      lost: `Attention: ${LOST}`,
    };
    if (!(await work.confirm(planned))) return undefined;
    // RDS keeps the old one from being written to until its deployment is gone.
    if (open) await deployments.remove(name, { withNew: false });
  }
  const at = work.clock.now();
  if (began !== "switched") {
    if (!(await instances.describe(swap.out))) await instances.rename(live, swap.out);
    await instances.rename(swap.in, live);
  }
  const seconds = (work.clock.now() - at) / 1000;
  const instance = await expected(work, live);
  await stand({ ...work, instance });
  const back = majorPart(instance.EngineVersion);
  return { stack, live: back, seconds, kept: swap.out, checks: [], todo: [await commit(work, Number(back))] };
}

async function finish(work: Work): Promise<Upgraded> {
  const { deployments, live, stack } = work;
  const open = await openDeployment(work);
  if (open?.Status !== "SWITCHOVER_COMPLETED")
    throw new UserError(
      "no upgrade is there to be finished: no blue/green deployment of the database has switched over",
    );
  const old = nameOf(open.Source);
  await deployments.remove(open.BlueGreenDeploymentName ?? "", { withNew: false });
  return {
    ...{ stack, live: majorPart(work.instance.EngineVersion), checks: [], kept: old },
    todo: [
      `${old} costs money until it is deleted: aws rds modify-db-instance --db-instance-identifier ${old} --no-deletion-protection, then ` +
        `aws rds delete-db-instance --db-instance-identifier ${old} --final-db-snapshot-identifier ${live}-before-upgrade`,
    ],
  };
}

/** Of whatever version: there is one at a time. */
function openDeployment({ deployments, live, instance }: Work): Promise<BlueGreenDeployment | undefined> {
  const from = Number(majorPart(instance.EngineVersion)) || 0;
  return deployments.find(...Array.from({ length: 11 }, (_, more) => deploymentName(live, from + more)));
}

/** The stack's state learns which instance, version and parameter group its names stand for. @returns whether it said otherwise */
async function stand({ engine, arn, rds, instance }: Work): Promise<boolean> {
  const { DbiResourceId: resourceId, EngineVersion: version = "", DBParameterGroups } = instance;
  const group = DBParameterGroups?.[0]?.DBParameterGroupName ?? "";
  const deployment = await engine.deployment();
  if (!resourceId) return false;
  const [major, present] = [majorPart(version), groupIn(deployment, arn)];
  const from = /PostgreSQL (\d+) /.exec(present.description)?.[1] ?? "";
  const description = descriptionFor(present.description, from, major);
  const standing = { name: group, arn: await groupArn(rds, group), family: `postgres${major}`, description };
  const next = upgradedState(deployment, arn, { resourceId, major, version, group: standing });
  if (next) await engine.replaceState(next);
  return Boolean(next);
}

/** The config says the version that runs, or the next `up` would take it elsewhere. @returns what is to be done with it */
async function commit({ projectDir, stack }: Work, major: number): Promise<string> {
  await new StackFile(projectDir, stack).setDatabaseVersion(major);
  return `Pulumi.${stack}.yaml says version ${major} now: commit it. \`pulumi preview\` must find nothing to change.`;
}

async function expected({ instances }: Work, name: string): Promise<DBInstance> {
  const found = await instances.describe(name);
  if (!found) throw new UserError(`there is no database ${name}`);
  return found;
}
