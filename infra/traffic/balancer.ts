import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Sessions } from "../sessions/rules.ts";
import type { Settings } from "../settings/settings.ts";
import { timeoutsOf } from "../settings/timeouts.ts";
import { entry } from "../sure.ts";
import { AccessLogs } from "./access-logs.ts";
import { aliasRecords } from "./aliases.ts";
import { cohortRules } from "./cohort-rules.ts";
import { forwardAction, testerConditions, testerPriorities, type WeightedTrack } from "./forward.ts";
import { sessionRules } from "./session-rules.ts";

export interface BalancerArgs {
  domain: string;
  /** The Route 53 hosted zone that holds the domain. */
  zoneId: pulumi.Input<string>;
  /** The AWS account: 12 digits. Only its balancers may write to the access logs. */
  accountId: pulumi.Input<string>;
  /** Public subnets, in two zones at least. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupId: pulumi.Input<string>;
  certificateArn: pulumi.Input<string>;
  /**
   * Each with what serves, where its target group doesn't say that by itself. Nobody is let in before it does: a track without
   * servers answers its share with 503.
   */
  tracks: (WeightedTrack & { servers?: pulumi.Input<pulumi.Resource> })[];
  /** Undefined: each request goes by the weights alone. */
  sessions: Sessions | undefined;
  cohorts: Settings["cohorts"];
  /** The longest silence of the app. */
  timeout: Settings["app"]["timeout"];
  deletionProtection: boolean;
  webFirewall: Settings["webFirewall"];
}

/** TLS 1.3, and 1.2 with forward secrecy and authenticated encryption only (ALB User Guide, "Security policies"). */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";

const ACCESS_LOG_DAYS = 30;

/**
 * The way in: HTTPS for one name, split between the tracks by weight.
 *
 * A change of weight changes the HTTPS listener, and with sessions what the rules of sessions match; nothing comes or goes.
 * Each track's tester rules stay whatever its weight: they take testers to it, and AWS checks the health of a target group
 * only while some rule uses it.
 */
export class Balancer extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** What CloudWatch calls the balancer: `app/NAME/ID`. */
  readonly arnSuffix: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  /** The hosted zone of the balancer's own name, which an alias record needs; not the domain's. */
  readonly zoneId: pulumi.Output<string>;
  /** The HTTPS listener. */
  readonly listener: aws.lb.Listener;
  readonly listenerArn: pulumi.Output<string>;

  constructor(name: string, args: BalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Balancer", name, {}, opts);
    const child = { parent: this };

    const balancer = loadBalancer(name, args, child);
    new aws.lb.Listener(
      `${name}-http`,
      { loadBalancerArn: balancer.arn, port: 80, protocol: "HTTP", defaultActions: [TO_HTTPS] },
      child,
    );
    const https = new aws.lb.Listener(
      `${name}-https`,
      {
        loadBalancerArn: balancer.arn,
        port: 443,
        protocol: "HTTPS",
        sslPolicy: TLS_POLICY,
        certificateArn: args.certificateArn,
        defaultActions: [forwardAction(args.tracks)],
      },
      { ...child, dependsOn: args.tracks.flatMap(({ servers }) => servers ?? []) },
    );
    testerRules(name, https.arn, args.tracks, child);
    cohortRules(name, { listenerArn: https.arn, ...args }, child);
    if (args.sessions) sessionRules(name, https.arn, args.tracks, args.sessions, child);
    aliasRecords(name, args, balancer, { ...child, dependsOn: https });

    this.arn = balancer.arn;
    this.arnSuffix = balancer.arnSuffix;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.listener = https;
    this.listenerArn = https.arn;
    this.registerOutputs({
      arn: this.arn,
      arnSuffix: this.arnSuffix,
      dnsName: this.dnsName,
      zoneId: this.zoneId,
      listenerArn: this.listenerArn,
    });
  }
}

type Child = { parent: pulumi.Resource };

const TO_HTTPS = {
  type: "redirect",
  redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
};

function loadBalancer(name: string, args: BalancerArgs, child: Child): aws.lb.LoadBalancer {
  const logs = new AccessLogs(
    name,
    {
      accountId: args.accountId,
      retentionDays: ACCESS_LOG_DAYS,
      // To delete a protected balancer takes a deliberate change; that change frees its logs as well.
      forceDestroy: !args.deletionProtection,
    },
    child,
  );
  return new aws.lb.LoadBalancer(
    // AWS takes 32 characters with the suffix that Pulumi adds: a short word leaves room for the stack's name.
    `${name}-alb`,
    {
      loadBalancerType: "application",
      internal: false,
      ipAddressType: "dualstack",
      subnets: args.subnetIds,
      securityGroups: [args.securityGroupId],
      enableHttp2: true,
      // For both sides, and for open WebSockets too. nginx on the servers gives up on a silent app earlier than this,
      // and keeps its connections longer: else the balancer would send on one that is being closed.
      idleTimeout: timeoutsOf(args.timeout).balancer,
      // The seconds after which a client is asked to connect anew, after an answer and never amid one (ALB User Guide,
      // "HTTP client keepalive duration"). AWS's own figure, set so that nothing else is remembered.
      clientKeepAlive: 3600,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      preserveHostHeader: true,
      xffHeaderProcessingMode: "append",
      enableDeletionProtection: args.deletionProtection,
      accessLogs: { bucket: logs.bucket, enabled: true },
      // Whoever looks at it, policies too, sees that it is meant.
      ...(args.webFirewall === "none" && { tags: { webFirewall: "none" } }),
    },
    { ...child, dependsOn: logs.policy },
  );
}

function testerRules(
  name: string,
  listenerArn: pulumi.Output<string>,
  tracks: readonly WeightedTrack[],
  child: Child,
): void {
  const priorities = testerPriorities(tracks.map((track) => track.name));
  for (const track of tracks) {
    const conditions = testerConditions(track.name);
    for (const by of ["header", "cookie"] as const) {
      new aws.lb.ListenerRule(
        `${name}-${track.name}-${by}`,
        {
          listenerArn,
          priority: entry(priorities, track.name)[by],
          conditions: conditions[by],
          actions: [{ type: "forward", targetGroupArn: track.targetGroupArn }],
        },
        child,
      );
    }
  }
}
