import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { first } from "../infra/sure.ts";
import { Balancer as Entrance } from "../infra/traffic/balancer.ts";
import { WebFirewall } from "../infra/traffic/waf.ts";
import { itemsOf, settle } from "./settle.ts";

export interface BalancerTrack {
  /** 1 to 12 lower-case letters and digits, such as `blue`: a tester gets to it by the header `x-rollout-track`, whatever its weight. */
  name: string;
  /** Share of the traffic in whole percent; the weights of all tracks sum to 100. */
  weight: number;
  /** The target group that gets the share, such as `targetGroupArn` of a Track. */
  targetGroupArn: pulumi.Input<string>;
}

export interface BalancerArgs {
  /** The public name that clients use, such as `shop.example.com`; its records are made here. */
  domain: string;
  /** The id of the Route 53 hosted zone that holds the domain. */
  zoneId: pulumi.Input<string>;
  /** Public subnets, in two zones at least. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** The balancer's security group: in from the clients on ports 80 and 443, out to the servers on port 443. */
  securityGroupId: pulumi.Input<string>;
  /** The certificate of the domain, in AWS Certificate Manager. */
  certificateArn: pulumi.Input<string>;
  /** What the traffic is split between, 1 to 5. */
  tracks: pulumi.Input<BalancerTrack>[];
  /** The longest silence that is borne, such as `60s`, which it is by default: before an answer, between two parts of it, on an open WebSocket. */
  timeout?: string;
  /** Whether AWS WAF is before it, with AWS's rules and a limit for each address; by default it is. */
  webFirewall?: boolean;
  /** Requests a minute for each client address, where there is a web firewall; by default 150. */
  requestsPerMinute?: number;
  /** Whether AWS refuses to delete it; by default it does. */
  deletionProtection?: boolean;
}

/** The way in: HTTPS for one name, split between tracks by weight. A change of weight changes the listener and nothing else. */
export class Balancer extends pulumi.ComponentResource {
  /** The load balancer. */
  readonly arn: pulumi.Output<string>;
  /** What CloudWatch calls it: `app/NAME/ID`. */
  readonly arnSuffix: pulumi.Output<string>;
  /** Its own name, to which the domain leads. */
  readonly dnsName: pulumi.Output<string>;
  /** The hosted zone of its own name, which an alias record for a further name needs. */
  readonly zoneId: pulumi.Output<string>;
  /** The HTTPS listener, which holds the weights. */
  readonly listenerArn: pulumi.Output<string>;

  constructor(name: string, args: BalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    const tracks = itemsOf(name, "tracks", args.tracks);
    const settings = settingsOf(name, { ...args, tracks });
    super("rollout:index:Balancer", name, {}, opts);
    const child = { parent: this };
    const balancer = new Entrance(
      name,
      {
        ...args,
        tracks,
        accountId: aws.getCallerIdentityOutput({}, child).accountId,
        sessions: undefined,
        cohorts: {},
        timeout: settings.app.timeout,
        webFirewall: settings.webFirewall,
        deletionProtection: args.deletionProtection ?? true,
      },
      child,
    );
    if (settings.webFirewall === "managed") {
      const { requestsPerMinute } = settings.limits;
      const asked = { requestsPerMinute, behindProxy: false, maintenance: false, operatorToken: "" };
      new WebFirewall(name, { ...asked, balancerArn: balancer.arn, domain: args.domain }, child);
    }
    this.arn = balancer.arn;
    this.arnSuffix = balancer.arnSuffix;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.listenerArn = balancer.listenerArn;
    const { arn, arnSuffix, dnsName, zoneId, listenerArn } = this;
    this.registerOutputs({ arn, arnSuffix, dnsName, zoneId, listenerArn });
  }
}

/** Nothing of a balancer depends on the region. */
const ANY_REGION = "us-east-1";

function settingsOf(
  name: string,
  {
    domain,
    tracks,
    timeout,
    webFirewall = true,
    ...args
  }: Omit<BalancerArgs, "tracks"> & { tracks: BalancerTrack[] },
) {
  const names = tracks.map((track) => track.name);
  return settle(
    name,
    ANY_REGION,
    {
      domain,
      stable: names.length > 0 ? first(names) : "blue",
      tracks: Object.fromEntries(tracks.map((track) => [track.name, { weight: track.weight }])),
      app: { timeout },
      limits: { requestsPerMinute: args.requestsPerMinute },
      webFirewall: webFirewall ? "managed" : "none",
    },
    (path) =>
      path
        .replace(/^tracks\.([^.]+)/, (_, track) => `tracks[${names.indexOf(track)}]`)
        .replace(/^(app|limits)\./, ""),
  );
}
