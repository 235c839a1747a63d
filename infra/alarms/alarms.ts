import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { onceSpeaking } from "../hooks/speaking.ts";
import type { Severity } from "../watch/alerts.ts";
import { openingOf, type Scope } from "./alarm.ts";
import { backupAlarms, type WatchedBackups } from "./backups.ts";
import { balancerAlarms } from "./balancer.ts";
import { cacheAlarms, type WatchedCache } from "./cache.ts";
import { certificateAlarm } from "./certificate.ts";
import { controllerAlarms, type WatchedController } from "./controller.ts";
import { databaseAlarms, type WatchedDatabase } from "./database.ts";
import { dependencyAlarms } from "./dependency.ts";
import { tellOfEnds } from "./ends.ts";
import { hostAlarms } from "./hosts.ts";
import { jobAlarms, type WatchedProcesses, workerAlarms } from "./processes.ts";
import { trackAlarms, type WatchedTrack } from "./track.ts";

export interface AlarmsArgs {
  stack: string;
  region: string;
  /** What serves. Alarms are made after it: before it serves, the alarms for what is down would go off. */
  after: pulumi.Input<pulumi.Resource>[];
  /** What users see: the tracks behind a balancer. Undefined: there is nothing of that to watch. */
  service?: WatchedService | undefined;
  database?: WatchedDatabase | undefined;
  cache: WatchedCache;
  certificateArn?: pulumi.Input<string> | undefined;
  /** Of the database. */
  backups?: Omit<WatchedBackups, "databaseIdentifier"> | undefined;
  /** What drives the stack's rollouts, where that is the stack's own. */
  controller?: WatchedController | undefined;
  /** Names of the services of others that the app asks. */
  dependencies?: string[];
  /** What the app runs besides its servers. */
  processes?: WatchedProcesses | undefined;
  topics: Record<Severity, pulumi.Input<string>>;
}

export interface WatchedService {
  tracks: WatchedTrack[];
  /** The part of the balancer's ARN by which CloudWatch knows it: `app/name/id`. */
  balancerArnSuffix: pulumi.Input<string>;
  /** The percentage of requests that must be good over 30 days. */
  objective: number;
  /** Whether something reads one state for each track; it would tell nobody. */
  states: boolean;
}

/** Everything that watches a stack. */
export class Alarms extends pulumi.ComponentResource {
  /** For each track, the composite alarm that is on while the track fails its users. */
  readonly trackAlarmArns: Record<string, pulumi.Output<string>>;
  /** Undefined where no service is watched. */
  readonly serviceDownArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Alarms", name, {}, opts);
    const scope: Scope = {
      prefix: name,
      stack: args.stack,
      child: { parent: this, dependsOn: args.after },
      onceSpeaking: onceSpeaking(args.region),
      topics: args.topics,
    };

    const service = args.service && serviceAlarms(scope, args.service, args.processes);
    if (args.database) databaseAlarms(scope, args.database);
    cacheAlarms(scope, args.cache);
    if (args.certificateArn) certificateAlarm(scope, args.certificateArn);
    if (args.database && args.backups)
      backupAlarms(scope, { ...args.backups, databaseIdentifier: args.database.identifier });
    if (args.processes) jobAlarms(scope, args.processes);
    if (args.controller) controllerAlarms(scope, args.controller);
    for (const each of args.dependencies ?? []) dependencyAlarms(scope, args.stack, each);

    this.trackAlarmArns = service?.trackAlarmArns ?? {};
    this.serviceDownArn = service && serviceDown(scope, args.stack, service.failing, service.down);
    tellOfEnds(scope, service ? { P1: [`${name}-service-down`] } : {});
    this.registerOutputs({
      trackAlarmArns: this.trackAlarmArns,
      serviceDownArn: this.serviceDownArn,
    });
  }
}

function serviceAlarms(scope: Scope, service: WatchedService, processes: WatchedProcesses | undefined) {
  const tracks = service.tracks.map((track) => {
    hostAlarms(scope, track);
    const crashing = workerAlarms(scope, track.name, processes?.all ?? []);
    return { name: track.name, ...trackAlarms(scope, track, service, crashing) };
  });
  const failing = balancerAlarms(scope, service.balancerArnSuffix, service.objective);
  return {
    trackAlarmArns: Object.fromEntries(tracks.flatMap(({ name, state }) => (state ? [[name, state]] : []))),
    failing: failing.map(({ arn }) => arn),
    down: tracks.map(({ down }) => down),
  };
}

/** No track answers, or most requests fail whatever the tracks' health says. */
function serviceDown(
  scope: Scope,
  stack: string,
  failing: pulumi.Output<string>[],
  down: pulumi.Output<string>[],
): pulumi.Output<string> {
  const topic = scope.topics.P1;
  return new aws.cloudwatch.CompositeAlarm(
    `${scope.prefix}-service-down`,
    {
      alarmName: `${scope.prefix}-service-down`,
      alarmDescription: `${openingOf("P1", stack)} answer within 30 minutes. ${stack} is down: no track has a healthy server, or most requests have failed for 5 min. Roll back what changed last; if nothing did, look at the database first.`,
      alarmRule: pulumi
        .all([pulumi.all(failing), pulumi.all(down)])
        .apply(([any, all]) => [...any.map(on), `(${all.map(on).join(" AND ")})`].join(" OR ")),
      alarmActions: [topic],
    },
    scope.child,
  ).arn;
}

function on(arn: string): string {
  return `ALARM("${arn}")`;
}
