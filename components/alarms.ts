import * as pulumi from "@pulumi/pulumi";
import { Alarms as Watching } from "../infra/alarms/alarms.ts";
import { itemsOf, refuse, settle } from "./settle.ts";

export interface AlarmTrack {
  /** The track's name, such as `blue`: its alarms are named by it. */
  name: string;
  /** What CloudWatch calls its target group, such as `targetGroupArnSuffix` of a Track. */
  targetGroupArnSuffix: pulumi.Input<string>;
  /** Its servers, such as `autoscalingGroupName` of a Track. */
  autoscalingGroupName: pulumi.Input<string>;
}

export interface AlarmDatabase {
  /** The identifier of an RDS instance for PostgreSQL, such as `identifier` of a Database. */
  identifier: pulumi.Input<string>;
  /** Its class, such as `db.t4g.small`: by it the limits of memory and connections are known. */
  instanceClass: string;
  /** Its storage in GiB. */
  storageGib: number;
  /** The vault of AWS Backup that holds its backups, such as `vaultName` of a Database; none when left out. */
  vaultName?: pulumi.Input<string>;
  /** Hours between its backups: 2, 3, 4, 6, 8, 12 or 24; by default 6. */
  backupEveryHours?: number;
}

export interface AlarmTopics {
  /** The SNS topic for what is to be answered within 30 minutes, such as `p1` of Alerts. */
  p1: pulumi.Input<string>;
  /** The SNS topic for what is to be answered within 2 hours. */
  p2: pulumi.Input<string>;
  /** The SNS topic for what is to be answered within a day. */
  p3: pulumi.Input<string>;
}

export interface AlarmsArgs {
  /** The AWS region that all of it is in, such as `eu-west-1`. */
  region: string;
  /** Who is told, by how soon an answer is needed. */
  topics: AlarmTopics;
  /** What CloudWatch calls the balancer before the tracks, such as `arnSuffix` of a Balancer. */
  balancerArnSuffix?: pulumi.Input<string>;
  /** The tracks behind the balancer; none when left out. */
  tracks?: pulumi.Input<AlarmTrack>[];
  /** The percentage of requests that must be good over 30 days; by default 99.9. */
  objective?: number;
  /** Whether to make a composite alarm for each track that is on while the track fails its users, and tells nobody: for what reads it, such as a deployment. By default not. */
  trackStates?: boolean;
  /** The certificate in AWS Certificate Manager whose end is watched; none when left out. */
  certificateArn?: pulumi.Input<string>;
  /** The database and its backups; none when left out. */
  database?: AlarmDatabase;
}

/** What watches a service: each alarm says what has happened and what to do first, and tells the topic of its severity when it begins and when it ends. */
export class Alarms extends pulumi.ComponentResource {
  /** For each track, the composite alarm of `trackStates`; empty without. */
  readonly trackAlarmArns: pulumi.Output<Record<string, string>>;
  /** The composite alarm that is on while no track answers, or most requests fail; empty where no tracks are watched. */
  readonly serviceDownArn: pulumi.Output<string>;

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    const tracks = args.tracks && itemsOf(name, "tracks", args.tracks);
    const settings = settingsOf(name, args);
    super("rollout:index:Alarms", name, {}, opts);
    const { region, topics, certificateArn, database, balancerArnSuffix } = args;
    const vaultName = database?.vaultName;
    const alarms = new Watching(
      name,
      {
        ...{ stack: name, region, certificateArn },
        database: database && { ...database, storageGiB: database.storageGib },
        // What is told of a track is known once its servers are in service.
        after: [],
        service:
          tracks && balancerArnSuffix
            ? { tracks, balancerArnSuffix, objective: settings.objective, states: args.trackStates ?? false }
            : undefined,
        cache: { nodeIds: [] },
        backups: vaultName ? { vaultName, everyHours: settings.everyHours } : undefined,
        topics: { P1: topics.p1, P2: topics.p2, P3: topics.p3, P4: topics.p3 },
      },
      { parent: this },
    );
    this.trackAlarmArns = pulumi.output(alarms.trackAlarmArns);
    this.serviceDownArn = alarms.serviceDownArn ?? pulumi.output("");
    const { trackAlarmArns, serviceDownArn } = this;
    this.registerOutputs({ trackAlarmArns, serviceDownArn });
  }
}

function settingsOf(name: string, { region, objective, tracks, database, ...args }: AlarmsArgs) {
  refuse(name, [
    ...(tracks && tracks.length > 0 && !args.balancerArnSuffix
      ? [{ path: "balancerArnSuffix", rule: "is missing: tracks are watched at their balancer" }]
      : []),
    ...(args.balancerArnSuffix && !tracks?.length
      ? [{ path: "tracks", rule: "is missing: a balancer is watched with its tracks" }]
      : []),
    ...(!tracks?.length && !database && !args.certificateArn
      ? [{ path: "tracks", rule: "is missing, and database, and certificateArn: there is nothing to watch" }]
      : []),
  ]);
  const { instanceClass, storageGib: storageGiB, backupEveryHours } = database ?? {};
  const settings = settle(
    name,
    region,
    {
      plan: { gates: { burnRate: { objective } } },
      database: { instanceClass, storageGiB, backupEveryHours },
    },
    (path) => path.replace("plan.gates.burnRate.", "").replace("GiB", "Gib"),
  );
  return {
    objective: settings.plan.gates.burnRate.objective,
    everyHours: settings.database.backupEveryHours,
  };
}
