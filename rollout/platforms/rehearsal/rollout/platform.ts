import { join } from "node:path";
import { drainingIn, matchesOf } from "../../../../infra/sessions/rules.ts";
import { milliseconds } from "../../../../infra/settings/duration.ts";
import type { Settings } from "../../../../infra/settings/settled.ts";
import { mostServers } from "../../../../infra/settings/tier.ts";
import { member } from "../../../../infra/sure.ts";
import { type Clock, systemClock } from "../../../clock.ts";
import { migrationText } from "../../../config/migration.ts";
import { stackSettings } from "../../../config/settings.ts";
import { StackFile } from "../../../config/stack-file.ts";
import type { Led } from "../../../core/reading.ts";
import { capacityOf, type Servers } from "../../../core/servers.ts";
import { mustCarryNothing } from "../../../core/weights.ts";
import type { Graph } from "../../../graph/model.ts";
import { runSmoke, type SmokeResult } from "../../../smoke/run.ts";
import { versionsOf } from "../../../smoke/versions.ts";
import { retried, untilSeen } from "../../../waiting.ts";
import type {
  AlarmReading,
  Capacity,
  Metrics as Measured,
  Platform,
  Reading,
  Weights,
} from "../../platform.ts";
import { trackAlarm } from "../alarms/board.ts";
import { lastWritten } from "../balancer/apply.ts";
import { readBalancer, setWeights as setBalancer } from "../balancer/balancer-view.ts";
import { layoutOf } from "../balancer/balancing.ts";
import { FileJournal } from "../journal/journal.ts";
import { journalFolder } from "../journal/past.ts";
import { Busy, RehearsalError } from "../machine/errors.ts";
import { Ledger, userLock } from "../machine/state.ts";
import { tracksOfTheirOwn } from "../plan/describe.ts";
import { releaseConnections } from "../servers/server.ts";
import { apply } from "../verbs/apply.ts";
import { captured, type Options, placeIn, projectOf } from "../verbs/options.ts";
import { prepareChange } from "../verbs/prepare.ts";
import { type ServerStatus, serversOf } from "../verbs/status.ts";
import { up } from "../verbs/up.ts";
import { backUp } from "./backup.ts";
import { RehearsalMetrics } from "./metrics.ts";
import { changeDatabase } from "./migrating.ts";
import { doorOf, operatorTokenOf } from "./smoke.ts";

/** How long a track's servers may take to be healthy in the balancer's eyes. */
const HEALTHY_MS = 60_000;
/** How long another command may be changing the stack. */
const FREE_MS = 60_000;

/**
 * The running rehearsal as a rollout's platform: the very steps that AWS gets, on this machine.
 *
 * @throws {RehearsalError} when the stack isn't up
 */
export function rehearsalPlatform(options: Options, clock: Clock = systemClock): Platform {
  return new Rehearsal(options, clock);
}

class Rehearsal implements Platform {
  readonly kind = "rehearsal";
  readonly journal: FileJournal;
  readonly #options: Options;
  readonly #clock: Clock;
  readonly #config: StackFile;
  readonly #metrics: RehearsalMetrics;

  constructor(options: Options, clock: Clock) {
    const ledger = Ledger.openOrFail(placeIn(options));
    const { logs } = ledger.place;
    this.#options = options;
    this.#clock = clock;
    this.#config = new StackFile(projectOf(options), options.stack);
    // Beside the logs: what a rollout did stays to be read when the stack is taken down.
    this.journal = new FileJournal(journalFolder(logs), userLock(ledger.place, "rollout.lock"));
    this.#metrics = new RehearsalMetrics(
      {
        socket: layoutOf(ledger).socket,
        logs,
        file: join(logs, "rollout", "seconds.ndjson"),
        slowMs: milliseconds(this.#settings().plan.gates.latency.p95),
        counters: this.#settings().plan.gates.counters,
        say: options.say,
      },
      clock.now,
    );
  }

  async readWeights(): Promise<Reading> {
    const ledger = this.#ledger();
    const { weights: config, stable, draining, led } = await this.#config.read();
    const applied = appliedSplit(ledger);
    const { weights: real, cohorts, draining: kept } = await readBalancer(ledger);
    const drains = { config: draining, state: applied.draining, real: kept };
    return {
      config,
      stable,
      state: applied.weights,
      real,
      ...(applied.keepsSessions && { draining: drains }),
      cohorts: { config: led, real: cohorts },
    };
  }

  async readRealWeights(): Promise<Weights> {
    return (await readBalancer(this.#ledger())).weights;
  }

  async setWeights(weights: Weights, draining?: string): Promise<void> {
    await this.#config.setWeights(weights, draining);
    await this.#apply();
    const { cohorts } = await readBalancer(this.#ledger());
    this.#release(weights, [draining, ...Object.values(cohorts)]);
  }

  /** Without waiting for the stack's lock: an emergency can't, and applying the config sets the same weights once more. */
  async setWeightsNow(weights: Weights): Promise<void> {
    await this.moveTraffic(weights);
    await this.#config.setWeights(weights);
    await this.#apply();
  }

  async moveTraffic(weights: Weights): Promise<void> {
    await setBalancer(this.#ledger(), weights).finally(() => this.#release(weights));
  }

  async setStable(track: string): Promise<void> {
    await this.#config.setStable(track);
    await this.#apply();
  }

  async setCohorts(cohorts: readonly string[], to: string): Promise<void> {
    await this.#config.setCohorts(cohorts, to);
    await this.#apply();
  }

  async capacity(track: string, share: number): Promise<Capacity> {
    const ledger = this.#ledger();
    const [own, real] = await Promise.all([serversOf(ledger, track), this.readRealWeights()]);
    const made = ledger.state.servers.filter(({ leaving }) => !leaving);
    return rehearsedCapacity(track, share, this.#settings(), made, own, real);
  }

  async restoreCapacity(track: string, servers: number): Promise<void> {
    const { declared } = member(serversIn(this.#settings(), [], track), track);
    if (servers > declared.maxServers)
      throw new RehearsalError(`${track} may have ${declared.maxServers} servers, it would need ${servers}`);
    if (declared.servers < servers) await this.#config.setServers(track, servers);
    await this.#up();
  }

  async backup(name: string): Promise<{ id: string }> {
    return backUp(await prepareChange(this.#options, placeIn(this.#options)), name);
  }

  migrate(track: string, signal: AbortSignal): Promise<string> {
    return this.#change(track, "migrate", signal);
  }

  contract(track: string, signal: AbortSignal): Promise<string> {
    return this.#change(track, "contract", signal);
  }

  async #change(track: string, what: "migrate" | "contract", signal: AbortSignal): Promise<string> {
    const text = migrationText(this.#settings().app, what);
    const room = await prepareChange(this.#options, placeIn(this.#options));
    const plan = room.plan.tracks.find(({ name }) => name === track);
    if (!plan) throw new RehearsalError(`the stack has no track ${track}`);
    if (this.#settings().app[what].length > 0) await changeDatabase(room, plan, what, signal);
    return text;
  }

  async deploy(track: string): Promise<void> {
    await this.#up(track);
    const ready = async () => {
      const { asked, healthy } = await this.capacity(track, 0);
      return asked > 0 && healthy === asked;
    };
    await inTime(`${track} is to be healthy`, ready);
  }

  async smoke(track?: string): Promise<SmokeResult> {
    const ledger = this.#ledger();
    const graph = await captured(this.#options);
    const operatorToken = operatorTokenOf(graph, ledger);
    const { smoke: tests } = this.#settings();
    const versions = { ...versionsOf(graph), ...ownVersions(graph, ledger) };
    return runSmoke({ door: doorOf(ledger), tests, track, versions, operatorToken });
  }

  metrics(sinceEpochSecond: number): Promise<Measured> {
    return this.#metrics.since(sinceEpochSecond);
  }

  async alarms(track: string): Promise<readonly AlarmReading[]> {
    return [trackAlarm(this.#ledger().place, track, { now: this.#clock.now(), wall: Date.now() })];
  }

  /**
   * Waits for the requests that the track still has, and lets go of what doesn't end by itself. Its servers stay, as the
   * config says how many a track has, and on one machine they cost nothing.
   */
  async drain(track: string): Promise<void> {
    let real: Weights = {};
    let draining: string | undefined;
    let led: Led = {};
    const answers = async () => {
      ({ weights: real, draining, cohorts: led } = await readBalancer(this.#ledger()));
      return true;
    };
    await inTime("the balancer is to answer", answers);
    mustCarryNothing(track, real, { draining, led });
    const idle = async () => ((await readBalancer(this.#ledger())).tracks[track]?.open ?? 0) === 0;
    if (await idle().catch(() => false)) return;
    this.#release(real);
    const drainMs = milliseconds(this.#settings().app.drain);
    await inTime(`${track} is to have no requests`, idle, drainMs + HEALTHY_MS);
  }

  /** Streams and WebSockets don't move with the weights: those of tracks that have none now are let go, but of one that drains or is led to. */
  #release(weights: Weights, kept: readonly (string | undefined)[] = []): void {
    const ledger = this.#ledger();
    for (const server of ledger.state.servers)
      if (!weights[server.track] && !kept.includes(server.track)) releaseConnections(ledger, server);
  }

  #apply() {
    return whenFree(() => apply(this.#options));
  }

  /** Also starts again what was killed. */
  #up(needed?: string) {
    return whenFree(() => up({ ...this.#options, again: true, needed }));
  }

  #settings() {
    return stackSettings(projectOf(this.#options), this.#options.stack);
  }

  /** Read anew each time: another command may have changed the stack. */
  #ledger(): Ledger {
    return Ledger.openOrFail(placeIn(this.#options));
  }
}

/** Of tracks that run something else here than on AWS: what their servers were made from. */
export function ownVersions(graph: Graph, { state }: Ledger): Record<string, string> {
  const own = tracksOfTheirOwn(graph);
  const servers = state.servers.filter(({ track }) => own.includes(track));
  return Object.fromEntries(servers.map(({ track, version }) => [track, version]));
}

type Declaring = Pick<Settings, "tier" | "tracks">;

/**
 * Whether a track can carry a share of the traffic.
 *
 * @param made all servers that there are
 * @param own the track's, as they are now
 * @param real the balancer's weights
 * @throws {RehearsalError} when there is no such track
 */
export function rehearsedCapacity(
  track: string,
  share: number,
  settings: Declaring,
  made: readonly { track: string }[],
  own: readonly Pick<ServerStatus, "healthy" | "balancer">[],
  real: Weights,
): Capacity {
  return capacityOf(track, share, serversIn(settings, made, track), own.filter(isUp).length, real);
}

/** Every track's servers, as the config declares them and as they were made. */
function serversIn(
  settings: Declaring,
  made: readonly { track: string }[],
  asked: string,
): Record<string, Servers> {
  if (!settings.tracks.some(({ name }) => name === asked))
    throw new RehearsalError(`the stack has no track ${asked}`);
  return Object.fromEntries(
    settings.tracks.map((each) => {
      const declared = { servers: each.servers, maxServers: mostServers(settings, each) };
      return [each.name, { declared, asked: made.filter(({ track }) => track === each.name).length }];
    }),
  );
}

/** Healthy by its own word, and in the balancer's eyes: only then it gets requests. */
function isUp({ healthy, balancer }: Pick<ServerStatus, "healthy" | "balancer">): boolean {
  return healthy && balancer?.status.startsWith("UP") === true;
}

/**
 * What the config said that was applied last: what Pulumi's state is on AWS. What a rollout sets at the balancer alone
 * is not in it.
 *
 * @throws {RehearsalError} when the balancer's record can't be read
 */
function appliedSplit(ledger: Ledger) {
  const { tracks, split } = lastWritten(layoutOf(ledger)).model;
  // Written by an older version it has none.
  const { rules = [] } = split;
  return {
    weights: Object.fromEntries(tracks.map(({ name }) => [name, split.weights[name] ?? 0])),
    draining: drainingIn(matchesOf(rules), split.weights),
    keepsSessions: rules.length > 0,
  };
}

/**
 * Does what changes the stack as soon as no other command is changing it: a rollout doesn't fail because somebody had
 * `rehearse apply` running.
 */
function whenFree<T>(work: () => Promise<T>): Promise<T> {
  return retried({ everyMs: 100, withinMs: FREE_MS }, (error) => error instanceof Busy, work);
}

/** @throws {RehearsalError} with `what` when it isn't so in time, or with what couldn't be looked at to the end */
async function inTime(what: string, isSo: () => Promise<boolean>, withinMs = HEALTHY_MS): Promise<void> {
  if (!(await untilSeen({ everyMs: 100, withinMs }, isSo)))
    throw new RehearsalError(`${what}: not within ${withinMs / 1000} s`);
}
