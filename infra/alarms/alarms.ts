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
  tracks: WatchedTrack[];
  /** The part of the balancer's ARN by which CloudWatch knows it: `app/name/id`. */
  balancerArnSuffix: pulumi.Input<string>;
  database: WatchedDatabase;
  cache: WatchedCache;
  certificateArn: pulumi.Input<string>;
  /** The percentage of requests that must be good over 30 days. */
  objective: number;
  backups: Omit<WatchedBackups, "databaseIdentifier">;
  /** What drives the stack's rollouts, where that is the stack's own. */
  controller?: WatchedController | undefined;
  /** Names of the services of others that the app asks. */
  dependencies?: string[];
  /** What the app runs besides its servers. */
  processes?: WatchedProcesses | undefined;
  topics: Record<Severity, pulumi.Input<string>>;
}

/** Everything that watches a stack. */
export class Alarms extends pulumi.ComponentResource {
  /** For each track, the composite alarm that is on while the track fails its users. */
  readonly trackAlarmArns: Record<string, pulumi.Output<string>>;
  readonly serviceDownArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Alarms", name, {}, opts);
    const scope: Scope = {
      prefix: name,
      stack: args.stack,
      child: { parent: this, dependsOn: args.after },
      onceSpeaking: onceSpeaking(args.region),
      topics: args.topics,
    };

    const tracks = args.tracks.map((track) => {
      hostAlarms(scope, track);
      const crashing = workerAlarms(scope, track.name, args.processes?.all ?? []);
      return { name: track.name, ...trackAlarms(scope, track, args, crashing) };
    });
    const failing = balancerAlarms(scope, args.balancerArnSuffix, args.objective);
    databaseAlarms(scope, args.database);
    cacheAlarms(scope, args.cache);
    certificateAlarm(scope, args.certificateArn);
    backupAlarms(scope, { ...args.backups, databaseIdentifier: args.database.identifier });
    if (args.processes) jobAlarms(scope, args.processes);
    if (args.controller) controllerAlarms(scope, args.controller);
    for (const each of args.dependencies ?? []) dependencyAlarms(scope, args.stack, each);

    this.trackAlarmArns = Object.fromEntries(tracks.map(({ name, state }) => [name, state]));
    this.serviceDownArn = serviceDown(
      scope,
      args.stack,
      failing.map(({ arn }) => arn),
      tracks.map(({ down }) => down),
    );
    tellOfEnds(scope, { P1: [`${name}-service-down`] });
    this.registerOutputs({
      trackAlarmArns: this.trackAlarmArns,
      serviceDownArn: this.serviceDownArn,
    });
  }
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
