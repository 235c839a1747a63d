import { DEPLOYMENT_HOLDS_ENVIRONMENT, holdToOneDeployment } from "../rules/flags.ts";
import {
  BUCKET_HOLDS_OBJECTS,
  DELETION_PROTECTION,
  holdTo,
  IMMUTABLE_TAG,
  REPOSITORY_HOLDS_IMAGES,
  SNAPSHOT_NAME,
} from "../rules/held.ts";
import type { Lock } from "../rules/vault-lock.ts";
import type { Account, Held } from "./account.ts";
import type { GroupInputs } from "./fleet.ts";
import type { Plain } from "./physical.ts";

/** What a service does with a resource beside having it. */
interface Handler {
  create?(account: Account, resource: Held): Promise<void> | void;
  update?(account: Account, resource: Held, old: Held): Promise<void> | void;
  /** @param inputs as the state has them */
  remove?(account: Account, resource: Held, inputs: Record<string, Plain>): Promise<void> | void;
}

type Inputs = Record<string, Plain>;

const alarm: Handler = {
  create: (account, { name }) => account.watch.put(account.alarms.get(name)!),
  update: (account, { name }) => account.watch.put(account.alarms.get(name)!),
  remove: (account, { name }) => account.watch.remove(name),
};

const listener: Handler = {
  create: listen,
  update: listen,
  remove(account, { urn }) {
    account.matched.delete(urn);
    for (const [arn, { by }] of account.used) {
      by.delete(urn);
      if (by.size === 0) account.used.delete(arn);
    }
  },
};

/** Whatever forwards to a target group has its servers' health checked. */
function listen(account: Account, { urn, name, inputs }: Held): void {
  const actions = (inputs.defaultActions ?? inputs.actions) as {
    forward?: Inputs;
    targetGroupArn?: string;
  }[];
  const groups = actions.flatMap(({ forward, targetGroupArn }) =>
    targetGroupArn
      ? [{ arn: targetGroupArn, weight: 100 }]
      : ((forward?.targetGroups ?? []) as { arn: string; weight: number }[]),
  );
  for (const { arn } of groups) {
    const known = account.used.get(arn) ?? { since: account.timeline.now(), by: new Set() };
    known.by.add(urn);
    account.used.set(arn, known);
  }
  const conditions = (inputs.conditions ?? []) as { httpHeader?: { regexValues?: string[] } }[];
  const patterns = conditions[0]?.httpHeader?.regexValues;
  if (patterns) account.matched.set(urn, patterns);
  if (!name.endsWith("-https")) return;
  account.split = groups;
  if (account.find("aws:lb/loadBalancer:LoadBalancer")) account.written.add("access-logs");
}

function groupInputs({ inputs }: Held, account: Account): GroupInputs {
  const [targets = ""] = inputs.targetGroupArns as string[];
  const hooks = inputs.initialLifecycleHooks as { heartbeatTimeout: number; lifecycleTransition: string }[];
  const group = [...account.held.values()].find(
    ({ type, name }) => type === "aws:lb/targetGroup:TargetGroup" && targets.includes(`/${name}`),
  );
  return {
    version: String((inputs.launchTemplate as Inputs).version),
    min: Number(inputs.minSize),
    max: Number(inputs.maxSize),
    desired: Number(inputs.desiredCapacity),
    targets,
    drainSeconds: Number(group?.inputs.deregistrationDelay ?? 300),
    hookSeconds: hooks[0]?.heartbeatTimeout ?? 3600,
    warmupSeconds: Number(inputs.defaultInstanceWarmup ?? 0),
    capacitySeconds: Number.parseInt(String(inputs.waitForCapacityTimeout), 10),
  };
}

export const HANDLERS: Record<string, Handler> = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": alarm,
  "aws:cloudwatch/eventTarget:EventTarget": {
    create: putRule,
    update: putRule,
    remove: (account, { inputs }) =>
      account.watch.removeRule(String(inputs.rule).replace(/\.name(-\d+)?$/, "")),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    create: (account, { urn, inputs }) =>
      account.mailbox.subscribe(urn, {
        topic: String(inputs.topic),
        protocol: String(inputs.protocol),
        endpoint: String(inputs.endpoint),
      }),
    remove: (account, { urn }) => account.mailbox.unsubscribe(urn),
  },
  "aws:autoscaling/group:Group": {
    create: (account, resource) => account.fleet.create(groupName(resource), groupInputs(resource, account)),
    update: (account, resource) => account.fleet.update(groupName(resource), groupInputs(resource, account)),
    remove: (account, resource) => account.fleet.remove(groupName(resource)),
  },
  "aws:lb/listener:Listener": listener,
  "aws:lb/listenerRule:ListenerRule": listener,
  "aws:lb/loadBalancer:LoadBalancer": {
    create: (account, { name, inputs }) =>
      void account.protection.set(name, inputs.enableDeletionProtection === true),
    remove: (account, { name }) =>
      holdTo(
        DELETION_PROTECTION,
        account.protection.get(name) === true,
        `OperationNotPermitted: ${name} is protected`,
      ),
  },
  "aws:rds/instance:Instance": {
    create: (account, { name, inputs }) =>
      void account.protection.set(name, inputs.deletionProtection === true),
    remove(account, { name }, { skipFinalSnapshot, finalSnapshotIdentifier }) {
      holdTo(
        DELETION_PROTECTION,
        account.protection.get(name) === true,
        `InvalidParameterCombination: ${name} is protected`,
      );
      if (skipFinalSnapshot === true) return;
      const id = String(finalSnapshotIdentifier);
      holdTo(SNAPSHOT_NAME, account.snapshots.has(id), `DBSnapshotAlreadyExists: ${id}`);
      account.snapshots.add(id);
    },
  },
  "aws:backup/vault:Vault": {
    create: (account, { name }) => account.vault.open(`${name}.name`),
    remove: (account) => account.vault.remove(),
  },
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": {
    create: (account, { inputs }) => account.vault.close(inputs as Lock),
    update: (account, { inputs }) => account.vault.close(inputs as Lock),
  },
  "aws:backup/plan:Plan": {
    create: plan,
    update: plan,
    remove: (account) => account.vault.follow(undefined),
  },
  "aws:backup/selection:Selection": {
    create: (account) => account.vault.select(true),
    remove: (account) => account.vault.select(false),
  },
  "aws:appconfig/environment:Environment": {
    create: watched,
    update: watched,
    remove: (account) => holdToOneDeployment(account.flags.deployments, DEPLOYMENT_HOLDS_ENVIRONMENT),
  },
  "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion": {
    create: (account) => void account.flags.addVersion(),
    remove: (account) => void account.flags.versions.delete(Math.max(...account.flags.versions)),
  },
  "aws:appconfig/configurationProfile:ConfigurationProfile": {
    remove: (account) => account.flags.removeProfile(),
  },
  "aws:appconfig/deployment:Deployment": { create: deployFlags },
  "docker:index/image:Image": { create: push, update: push },
  "aws:ecr/repository:Repository": {
    remove(account, _, { forceDelete }) {
      holdTo(
        REPOSITORY_HOLDS_IMAGES,
        account.tags.size > 0 && forceDelete !== true,
        "RepositoryNotEmptyException",
      );
      account.tags.clear();
    },
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": { create: write, update: write },
  "aws:s3/bucket:Bucket": {
    remove(account, { name }, { forceDestroy }) {
      const holds = [...account.written].some((each) => name.endsWith(`-${each}`));
      holdTo(BUCKET_HOLDS_OBJECTS, holds && forceDestroy !== true, `BucketNotEmpty: ${name}`);
    },
  },
};

function groupName({ name, generation }: Held): string {
  return `${name}.name${generation > 1 ? `-${generation}` : ""}`;
}

function putRule(account: Account, { inputs }: Held): void {
  const rule = account.rules.get(String(inputs.rule).replace(/\.name(-\d+)?$/, ""));
  if (rule) account.watch.putRule(rule);
}

function plan(account: Account, { inputs }: Held): void {
  const [rule] = inputs.rules as { schedule: string; lifecycle?: { deleteAfter: number } }[];
  const every = /^cron\(0 0(?:\/(\d+))? /.exec(rule!.schedule);
  if (!every) throw new Error(`the schedule ${rule!.schedule} isn't played`);
  const days = rule!.lifecycle?.deleteAfter;
  account.vault.follow({
    everyHours: Number(every[1] ?? 24),
    lifecycle: days === undefined ? {} : { DeleteAfterDays: days },
  });
}

function watched(account: Account, { inputs }: Held): void {
  account.flags.monitors = (inputs.monitors as { alarmArn: string }[]).map(({ alarmArn }) => alarmArn);
}

function deployFlags(account: Account, { inputs }: Held): void {
  const strategy = [...account.held.values()].find(
    ({ type, name }) =>
      type === "aws:appconfig/deploymentStrategy:DeploymentStrategy" &&
      String(inputs.deploymentStrategyId).endsWith(`/${name}`),
  );
  account.flags.start({
    deploying: Number(strategy?.inputs.deploymentDurationInMinutes),
    baking: Number(strategy?.inputs.finalBakeTimeInMinutes),
  });
}

/** The digest of a build is another each time: of its time stamps, at least. */
function push(account: Account, { inputs }: Held): void {
  const tag = String(inputs.imageName);
  const repository = account.find("aws:ecr/repository:Repository");
  const immutable = repository?.inputs.imageTagMutability === "IMMUTABLE";
  holdTo(
    IMMUTABLE_TAG,
    immutable && account.tags.has(tag),
    `ImageTagAlreadyExistsException: ${tag.split(":").at(-1)} is there already`,
  );
  account.tags.set(tag, `${tag} built at ${account.timeline.now()}`);
}

function write(account: Account): void {
  account.written.add("servers");
}
