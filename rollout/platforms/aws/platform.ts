import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { member, nth } from "../../../infra/sure.ts";
import { cohortRuleName } from "../../../infra/traffic/forward.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { migrationText } from "../../config/migration.ts";
import { stackSettings } from "../../config/settings.ts";
import { StackFile, stackFileOf } from "../../config/stack-file.ts";
import { capacityOf } from "../../core/servers.ts";
import { isWhole, mustCarryNothing } from "../../core/weights.ts";
import { UserError } from "../../errors.ts";
import { captureGraph } from "../../graph/capture.ts";
import { ofType } from "../../graph/resources.ts";
import { TYPES } from "../../graph/types.ts";
import { runSmoke, type SmokeResult } from "../../smoke/run.ts";
import { versionsOf } from "../../smoke/versions.ts";
import type {
  AlarmReading,
  Capacity,
  JournalStore,
  Metrics,
  Platform,
  Reading,
  Weights,
} from "../platform.ts";
import { CompositeAlarms } from "./alarms.ts";
import { Listener } from "./balancer/listener.ts";
import { ListenerRules } from "./balancer/rules.ts";
import { releaseConnections } from "./connections.ts";
import { factsOf, type StackFacts } from "./deployment.ts";
import { automation, type Engine, type Offer } from "./engine.ts";
import { HandedStore, pared } from "./handed.ts";
import { S3Journal } from "./journal/journal.ts";
import { Objects } from "./journal/objects.ts";
import { BothCounts } from "./metrics/both-counts.ts";
import { businessCounters, type CounterGates, LoggedCounters } from "./metrics/counters.ts";
import { BalancerMetrics, type Page } from "./metrics/metrics.ts";
import { ServerSeconds } from "./metrics/server-seconds.ts";
import { ANSWER_TALLIES, withRepeatsPlaced } from "./metrics/ways.ts";
import { WeightMetric } from "./metrics/weight-metric.ts";
import { endingScript, MIGRATED_WITHIN_SECONDS, migratingScript } from "./migrating.ts";
import { Replacements } from "./replacement.ts";
import { runOn } from "./run-command.ts";
import { ServerFleet, type TrackServers } from "./servers.ts";
import { operatorTokenOf } from "./smoke.ts";
import { targetsOf } from "./targets.ts";
import { AwsWeights } from "./weights.ts";

export interface AwsOptions {
  /** The folder of Pulumi.yaml. */
  projectDir: string;
  stack: string;
  /** A request that takes longer is slow, in milliseconds. */
  slowMs: number;
  /** What the applications count, by the gate's name. */
  counters?: CounterGates;
  clock?: Clock;
  /** What Pulumi prints while it works. */
  onOutput?: (text: string) => void;
  /** Whether a dead process's lock is to be taken away. */
  offer?: Offer;
  /** Another engine than the `pulumi` of the PATH: a controller's that only steers, or a test's. */
  engine?: Engine;
  /** What each track's servers run; by default the program is asked. */
  versions?: () => Promise<Record<string, string>>;
}

/**
 * A stack in AWS as the rollout's platform. Load this file only when it is needed: it brings the AWS SDK along.
 *
 * @throws {UserError} when the stack's state can't be read, or the stack wasn't brought up with what a rollout needs
 */
export async function awsPlatform(options: AwsOptions): Promise<AwsPlatform> {
  const { projectDir, stack, clock = systemClock, onOutput, offer } = options;
  const engine = options.engine ?? automation({ projectDir, stack, clock, onOutput, offer });
  return new AwsPlatform({ ...options, clock, engine }, factsOf(await engine.deployment()));
}

type Settled = AwsOptions & { clock: Clock; engine: Engine };

export class AwsPlatform implements Platform {
  readonly kind = "aws";
  readonly journal: JournalStore;
  readonly #options: Settled;
  readonly #region: string;
  readonly #weights: AwsWeights;
  readonly #config: StackFile;
  readonly #fleet: ServerFleet;
  readonly #replacements: Replacements;
  readonly #metrics: BalancerMetrics;
  readonly #logged: LoggedCounters[];
  /** Absent where the servers don't count by the second. */
  readonly #both: BothCounts | undefined;
  readonly #alarms: CompositeAlarms;
  readonly #shown: WeightMetric;
  #facts: StackFacts;

  constructor(options: Settled, facts: StackFacts) {
    const { projectDir, stack, clock, engine, slowMs } = options;
    this.#options = options;
    this.#facts = facts;
    // arn:aws:elasticloadbalancing:REGION:...
    this.#region = nth(facts.listenerArn.split(":"), 3);
    const region = this.#region;
    this.#config = new StackFile(projectDir, stack);
    this.#fleet = new ServerFleet({ region, clock });
    this.#replacements = new Replacements({ region, clock });
    this.#metrics = new BalancerMetrics({ region, clock, limitMs: slowMs });
    const logged = [businessCounters(options.counters ?? {}), ANSWER_TALLIES];
    this.#logged = logged.map((of) => new LoggedCounters({ region, stack, of }));
    const { secondsLogGroup: logGroup } = facts;
    this.#both =
      logGroup === undefined
        ? undefined
        : new BothCounts({
            servers: new ServerSeconds({ region, clock, logGroup, limitMs: slowMs }),
            balancer: (since) => this.#byMinutes(since),
          });
    this.#alarms = new CompositeAlarms(region);
    this.#shown = new WeightMetric({ region, stack, say: options.onOutput });
    this.journal = new S3Journal(new Objects(region, facts.journalBucket), stack, clock);
    this.#weights = new AwsWeights({
      config: this.#config,
      engine,
      listener: new Listener(region, facts.listenerArn),
      rules: new ListenerRules(region, facts.listenerArn),
      cohortUrns: (names) => this.#cohortUrns(names),
      clock,
      facts: { known: () => this.#facts, read: () => this.#readFacts() },
      moved: (weights, draining) => this.#release(weights, draining),
    });
  }

  readWeights(): Promise<Reading> {
    return this.#weights.read();
  }

  readRealWeights(): Promise<Weights> {
    return this.#weights.readReal();
  }

  setWeights(weights: Weights, draining?: string): Promise<void> {
    return this.#weights.set(weights, draining);
  }

  setWeightsNow(weights: Weights): Promise<void> {
    return this.#weights.setNow(weights);
  }

  moveTraffic(weights: Weights): Promise<void> {
    return this.#weights.setReal(weights);
  }

  /**
   * The config, and an `up` of what follows it: what tells the servers whose the workers and jobs are, and the rules for
   * sessions, one of which is the stable track's. Without either the next `up` writes it into the outputs of the stack.
   */
  async setStable(track: string): Promise<void> {
    await this.#config.setStable(track);
    const { sessionRules, cohortRules, followedUrns } = this.#facts;
    const targets = [...[...sessionRules, ...cohortRules].map(({ urn }) => urn), ...followedUrns];
    if (targets.length === 0) return;
    await this.#options.engine.up(targets, `rollout: stable is ${track}`);
    await this.#readFacts();
  }

  setCohorts(cohorts: readonly string[], to: string): Promise<void> {
    return this.#weights.setCohorts(cohorts, to);
  }

  async capacity(track: string, share: number): Promise<Capacity> {
    this.#serversOf(track);
    const tracks = Object.keys(this.#facts.groups);
    const [real, ...counts] = await Promise.all([
      this.readRealWeights(),
      ...tracks.map((each) => this.#fleet.count(this.#serversOf(each))),
    ]);
    const servers = Object.fromEntries(tracks.map((each, index) => [each, nth(counts, index)]));
    return capacityOf(track, share, servers, member(servers, track).healthy, real);
  }

  restoreCapacity(track: string, servers: number): Promise<void> {
    return this.#fleet.grow(this.#serversOf(track), servers);
  }

  async backup(name: string): Promise<{ id: string }> {
    const { backUp } = await import("./backup.ts");
    return backUp(name, this.#facts, { region: this.#region, clock: this.#options.clock });
  }

  /**
   * On a server that serves: the database takes connections from the stack's servers only. While nothing is released yet there is none:
   * then the version's first server migrates before it serves (infra/host/migration.ts), and `deploy` waits for it.
   */
  async migrate(track: string, signal: AbortSignal): Promise<string> {
    return this.#change(track, "migrate", signal);
  }

  contract(track: string, signal: AbortSignal): Promise<string> {
    return this.#change(track, "contract", signal);
  }

  async #change(track: string, what: "migrate" | "contract", signal: AbortSignal): Promise<string> {
    const { projectDir, stack, clock } = this.#options;
    const { app, stable } = stackSettings(projectDir, stack);
    const text = migrationText(app, what);
    if (app[what].length === 0) return text;
    const on = what === "migrate" ? stable : track;
    const [server] = await this.#fleet.serving(this.#serversOf(on));
    if (!server && on === track) return `${text}: by the version's first server, before it serves`;
    if (!server)
      throw new UserError(`no server of ${on} is healthy: from nowhere else the database is reached`);
    const script = migratingScript(await captureGraph({ projectDir, stack }), track, what);
    const common = { region: this.#region, clock, comment: `rollout: ${what} for ${track}` };
    const end = () =>
      void runOn(server, endingScript(what), { ...common, withinSeconds: 60 }).catch(() => {});
    signal.addEventListener("abort", end, { once: true });
    const ran = await runOn(server, script, { ...common, withinSeconds: MIGRATED_WITHIN_SECONDS }).finally(
      () => signal.removeEventListener("abort", end),
    );
    if (ran.code === 0) return `${text}, on ${server}`;
    throw new UserError(
      ran.stderr.trim().split("\n").slice(-3).join("\n") || `${ran.status}, exit code ${ran.code}`,
    );
  }

  /** An `up` of the track's own resources, then until its servers are replaced and healthy. */
  async deploy(track: string): Promise<void> {
    const { projectDir, stack, engine } = this.#options;
    const servers = this.#serversOf(track);
    await this.#fleet.grow(servers, servers.group.servers);
    const history = await this.#replacements.history(servers.group.name);
    const targets = targetsOf(await captureGraph({ projectDir, stack }), track);
    // With a refresh: a replacement that AWS rolled back has changed the group behind the engine's back.
    await engine.up(targets, `rollout: deploy ${track}`, { refresh: true });
    await this.#readFacts();
    await this.#replacements.replaceOld(servers.group.name);
    await this.#replacements.settle(servers.group.name, history);
    await this.#fleet.healthy(servers);
  }

  async smoke(track?: string): Promise<SmokeResult> {
    const { projectDir, stack, engine } = this.#options;
    const { smoke: tests } = stackSettings(projectDir, stack);
    const versions = await this.#versions();
    const operatorToken = operatorTokenOf(engine, this.#region);
    return runSmoke({ door: { url: this.#facts.url }, tests, track, versions, operatorToken });
  }

  /** Lays down beside the journal what a controller without Pulumi needs to go on, once for each rollout: it changes that then. */
  async handOver(rollout: string): Promise<void> {
    const { projectDir, stack, engine } = this.#options;
    const paths = ["Pulumi.yaml", relative(projectDir, stackFileOf(projectDir, stack))];
    const texts = await Promise.all(paths.map((path) => readFile(join(projectDir, path), "utf8")));
    const store = new HandedStore(new Objects(this.#region, this.#facts.journalBucket), stack);
    if ((await store.read())?.rollout === rollout) return;
    await store.write({
      rollout,
      files: Object.fromEntries(paths.map((path, index) => [path, nth(texts, index)])),
      deployment: pared(await engine.deployment()),
      versions: await this.#versions(),
    });
  }

  async #versions(): Promise<Record<string, string>> {
    const { projectDir, stack, versions } = this.#options;
    return versions ? versions() : versionsOf(await captureGraph({ projectDir, stack }));
  }

  metrics(sinceEpochSecond: number, lateSince = sinceEpochSecond): Promise<Metrics> {
    const { weights } = this.#facts;
    if (!this.#both) return this.#byMinutes(sinceEpochSecond);
    return this.#both.since(sinceEpochSecond, lateSince, weights);
  }

  async #byMinutes(sinceEpochSecond: number): Promise<Page> {
    const tracks = Object.keys(this.#facts.targetGroupArns);
    let told = await this.#metrics.since(sinceEpochSecond, this.#facts);
    for (const each of this.#logged) told = await each.addTo(told, sinceEpochSecond, tracks);
    return { ...told, seconds: withRepeatsPlaced(told.seconds, told.period) };
  }

  /** The stack's dashboard in AWS's console. */
  get dashboardUrl(): string | undefined {
    return this.#facts.dashboardUrl;
  }

  /** The stack's SNS topics by severity: who hears of a rollout. */
  get alertTopicArns(): Readonly<Record<string, string>> {
    return this.#facts.alertTopicArns;
  }

  alarms(track: string): Promise<readonly AlarmReading[]> {
    return this.#alarms.of(track, this.#facts);
  }

  /** As a metric, which the dashboard has a graph of. */
  showWeights(weights: Weights): Promise<void> {
    return this.#shown.tell(weights, Object.keys(this.#facts.groups));
  }

  /** @throws {UserError} for a track that carries traffic or keeps sessions */
  async drain(track: string): Promise<void> {
    const { weights, ...kept } = await this.#weights.readBalancer();
    mustCarryNothing(track, weights, kept);
    await this.#fleet.shrink(this.#serversOf(track));
  }

  /** Streams and WebSockets don't move with the weights: those of tracks that have none now are let go, but of one that drains or is led to. */
  async #release(weights: Weights, draining?: string): Promise<void> {
    const { releaseDocument: document, targetGroupArns } = this.#facts;
    const idle = Object.keys(targetGroupArns).filter((track) => !weights[track] && track !== draining);
    if (idle.length === 0) return;
    const { stack, onOutput } = this.#options;
    let tracks = idle;
    try {
      const led = isWhole(weights) ? [] : Object.values(await this.#weights.readLed());
      tracks = idle.filter((track) => !led.includes(track));
      if (tracks.length === 0) return;
      if (!document) throw new Error("`pulumi up` of the whole stack brings what tells the servers");
      await releaseConnections({ region: this.#region, document, stack, tracks });
    } catch (error) {
      onOutput?.(`What is open at ${tracks.join(" and ")} stays open: ${(error as Error).message}\n`);
    }
  }

  #serversOf(track: string): TrackServers {
    const group = this.#facts.groups[track];
    const targetGroupArn = this.#facts.targetGroupArns[track];
    if (!group || !targetGroupArn)
      throw new UserError(`the stack has no track ${track}: run \`pulumi up\` first`);
    return { group, targetGroupArn };
  }

  /** Of a cohort that is closed in the config the state knows the rule, of one that is open the program. */
  async #cohortUrns(names: readonly string[]): Promise<string[]> {
    const { projectDir, stack } = this.#options;
    const known = this.#facts.cohortRules.filter(({ cohort }) => names.includes(cohort));
    const graph = await captureGraph({ projectDir, stack });
    const made = ofType(graph, TYPES.listenerRule).filter(({ name }) =>
      names.some((cohort) => name === cohortRuleName(stack, cohort)),
    );
    return [...new Set([...known, ...made].map(({ urn }) => urn))].sort();
  }

  /** An `up` may have happened since: what is known of the stack is read with its weights. */
  async #readFacts(): Promise<StackFacts> {
    this.#facts = factsOf(await this.#options.engine.deployment());
    return this.#facts;
  }
}
