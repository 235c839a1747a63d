import { alarmsOf } from "../../../rollout/alarms/capture.ts";
import { type EventRule, eventRulesOf } from "../../../rollout/alarms/events.ts";
import type { Alarm, MetricId } from "../../../rollout/alarms/model.ts";
import { regionOf } from "../../../rollout/alarms/names.ts";
import type { Graph } from "../../../rollout/graph/model.ts";
import { PACE_MS } from "../rules/alarms.ts";
import { holdTo, IN_USE, NAME_TAKEN } from "../rules/held.ts";
import { Vault } from "./backups.ts";
import { figuresOf } from "./figures.ts";
import { FlagDeployments } from "./flags.ts";
import { Fleet } from "./fleet.ts";
import { HANDLERS } from "./handlers.ts";
import { Mailbox } from "./mailbox.ts";
import { nameInputOf, Physical, type Plain } from "./physical.ts";
import type { Timeline } from "./timeline.ts";
import type { Times } from "./times.ts";
import { Watch } from "./watch.ts";

/** A resource as AWS has it. */
export interface Held {
  urn: string;
  type: string;
  name: string;
  /** The number of its replacement: two of one urn may be there at once. */
  generation: number;
  /** With every reference resolved, as the provider gets them. */
  inputs: Record<string, Plain>;
  /** Urns and generations, `urn#1`, of what the inputs name. */
  uses: string[];
}

/** What must be gone before: by the type of what is used, and of whom. */
const USED: Record<string, RegExp> = {
  "aws:lb/targetGroup:TargetGroup": /^aws:lb\/listener(Rule)?:/,
  "aws:acm/certificate:Certificate": /^aws:lb\/listener:/,
  "aws:rds/subnetGroup:SubnetGroup": /^aws:rds\/instance:/,
  "aws:rds/parameterGroup:ParameterGroup": /^aws:rds\/instance:/,
  "aws:elasticache/subnetGroup:SubnetGroup": /^aws:elasticache\/replicationGroup:/,
  "aws:elasticache/parameterGroup:ParameterGroup": /^aws:elasticache\/replicationGroup:/,
  "aws:ec2/subnet:Subnet":
    /^aws:(rds\/subnetGroup|elasticache\/subnetGroup|lb\/loadBalancer|autoscaling\/group):/,
  "aws:ec2/securityGroup:SecurityGroup":
    /^aws:(rds\/instance|elasticache\/replicationGroup|lb\/loadBalancer):/,
  "aws:ec2/vpc:Vpc": /^aws:ec2\/(subnet|securityGroup|internetGateway):/,
};

/** The account with one stack in it: what each service does with a resource, how long it takes, and what it refuses. */
export class Account {
  readonly timeline: Timeline;
  readonly times: Times;
  readonly mailbox: Mailbox;
  readonly watch: Watch;
  readonly fleet: Fleet;
  readonly flags: FlagDeployments;
  readonly vault: Vault;
  readonly physical = new Physical();
  readonly held = new Map<string, Held>();
  /** Tags of the repository, and the digest of what is under them. */
  readonly tags = new Map<string, string>();
  /** Buckets that something wrote into, by the resource's name. */
  readonly written = new Set<string>();
  readonly snapshots = new Set<string>();
  /** Deletion protection as it is now, by the resource's name. */
  readonly protection = new Map<string, boolean>();
  /** The HTTPS listener's action as it is now. */
  split: { arn: string; weight: number }[] = [];
  /** What the rules for sessions match now, by urn. */
  readonly matched = new Map<string, string[]>();
  /** Since when a target group is used by a listener or a rule, by its arn. */
  readonly used = new Map<string, { since: number; by: Set<string> }>();
  alarms = new Map<string, Alarm>();
  rules = new Map<string, EventRule>();
  #paced = 0;

  constructor(timeline: Timeline, times: Times, graph: Graph) {
    this.timeline = timeline;
    this.times = times;
    this.mailbox = new Mailbox(timeline);
    const figures = (metric: MetricId) => figuresOf(metric, this);
    this.watch = new Watch(timeline, this.mailbox, figures, regionOf(graph));
    this.fleet = new Fleet(timeline, times);
    this.flags = new FlagDeployments(timeline, this.watch, this.mailbox);
    this.vault = new Vault(timeline, this.watch, this.mailbox);
    this.read(graph);
  }

  /** What the program now says of alarms and rules, in the form in which they are played. */
  read(graph: Graph): void {
    this.physical.read(graph);
    const { alarms, refused } = alarmsOf(graph);
    if (refused.length > 0) throw new Error(`not played: ${JSON.stringify(refused)}`);
    this.alarms = new Map(alarms.map((alarm) => [alarm.name, alarm]));
    this.rules = new Map(eventRulesOf(graph).map((rule) => [rule.name, rule]));
    for (const alarm of alarms) this.watch.follow(alarm);
  }

  find(type: string, name?: string): Held | undefined {
    return [...this.held.values()].findLast(
      (each) => each.type === type && (name === undefined || each.name === name),
    );
  }

  async create(resource: Held): Promise<void> {
    const named = nameInputOf(resource.inputs);
    const twin = [...this.held.values()].find(
      (each) => each.type === resource.type && named !== undefined && nameInputOf(each.inputs) === named,
    );
    holdTo(NAME_TAKEN, twin !== undefined, `AlreadyExists: ${resource.type} ${named} is there already`);
    await this.#pace(resource);
    await this.timeline.sleep(this.times.creation(resource.type));
    await HANDLERS[resource.type]?.create?.(this, resource);
    this.held.set(keyOf(resource), resource);
  }

  async update(resource: Held, old: Held): Promise<void> {
    await this.#pace(resource);
    await this.timeline.sleep(2_000);
    await HANDLERS[resource.type]?.update?.(this, resource, old);
    this.held.set(keyOf(resource), resource);
  }

  /** @param inputs as the state has them: what the provider goes by */
  async remove(resource: Held, inputs: Record<string, Plain>): Promise<void> {
    const key = keyOf(resource);
    const by = USED[resource.type];
    const users = [...this.held.values()].filter((each) => by?.test(each.type) && each.uses.includes(key));
    holdTo(
      IN_USE,
      users.length > 0,
      `${resource.name} is in use by ${users.map(({ name }) => name).join(", ")}`,
    );
    await HANDLERS[resource.type]?.remove?.(this, resource, inputs);
    await this.timeline.sleep(this.times.deletion(resource.type));
    this.held.delete(key);
  }

  /** PutMetricAlarm's throttle, by rules/alarms.ts. */
  async #pace({ type }: Held): Promise<void> {
    if (!/^aws:cloudwatch\/(metric|composite)Alarm:/.test(type)) return;
    this.#paced = Math.max(this.#paced + PACE_MS, this.timeline.now());
    await this.timeline.sleep(this.#paced - this.timeline.now());
  }
}

export function keyOf({ urn, generation }: Pick<Held, "urn" | "generation">): string {
  return `${urn}#${generation}`;
}
