import { member } from "../sure.ts";
import { type Duration, seconds } from "./duration.ts";
import { COMMON_TESTS, SAMPLE_TESTS } from "./schema/asked/smoke.ts";
import { type Parsed, SAMPLE_COMMAND } from "./schema.ts";
import { type MemoryLimits, memoryLimits } from "./sizes/memory.ts";

/** A track as the program uses it: every default filled in. */
export interface TrackSettings {
  name: string;
  /** An image pinned by digest, or the folder to build. */
  source: { image: string } | { build: string };
  /** Share of the traffic in whole percent. */
  weight: number;
  servers: number;
  maxServers: number;
}

interface AnyProcess {
  name: string;
  /** The words that run in the image. */
  command: string[];
  /** How long it has to end after SIGTERM. */
  stopSeconds: number;
  /** Its limit of memory. */
  memoryMiB: number;
}

/** Runs all the time, on each server of the tracks that it follows. */
export interface Worker extends AnyProcess {
  kind: "worker";
  /** On each server. */
  count: number;
  /** The track that `stable` names, or every track with traffic. */
  follows: "stable" | "traffic";
}

/** Runs at its times, once for the stack. */
export interface Job extends AnyProcess {
  kind: "job";
  /** As EventBridge Scheduler reads it, in UTC. */
  schedule: string;
  timeoutSeconds: number;
}

/** What the image runs besides the web server. */
export type Process = Worker | Job;

/** A further name of the stack. */
export interface FurtherName {
  name: string;
  /** The name of the Route 53 hosted zone that holds it. */
  zone: string;
  /** Whether who asks for it is sent to the domain. */
  redirect: boolean;
}

/** The settings of one stack, checked and complete. */
export interface Settings
  extends Omit<Parsed, "tracks" | "zone" | "domains" | "server" | "database" | "cache" | "app" | "plan"> {
  stack: string;
  region: string;
  /** The sample app runs, on every track. */
  isSample: boolean;
  /** The name of the Route 53 hosted zone that holds the domain. */
  zone: string;
  /** Sorted by name. */
  domains: FurtherName[];
  /** Sorted by name, so that two captures of one config are alike whatever its order. */
  tracks: TrackSettings[];
  server: Parsed["server"] & { memoryMiB: number };
  database: Parsed["database"] & { multiAz: boolean };
  /** Undefined: the stack has none. */
  cache: Exclude<Parsed["cache"], "none"> | undefined;
  plan: Omit<Parsed["plan"], "sessions"> & {
    /** Undefined: there are none. `idle`: how long a browser may be idle and still have one. */
    sessions: { drain?: Duration | undefined; idle: Duration } | undefined;
  };
  app: Omit<Parsed["app"], "processes"> & {
    drain: Duration;
    /** Sorted by name. */
    processes: Process[];
  };
}

/** The last defaults: those that depend on another key. */
export function settled(stack: string, region: string, config: Parsed): Settings {
  const prod = config.tier === "prod";
  const limits = memoryLimits(config);
  return {
    ...config,
    stack,
    region,
    isSample: isSample(config),
    zone: zoneOf(config),
    domains: config.domains
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .map(({ name, zone, redirect }) => ({ name, zone: zone || zoneFor(name, zoneOf(config)), redirect })),
    smoke: config.smoke.length > 0 ? config.smoke : testsOf(config),
    cache: config.cache === "none" ? undefined : config.cache,
    server: { ...config.server, memoryMiB: limits.app },
    database: { ...config.database, multiAz: config.database.multiAz ?? prod },
    plan: {
      ...config.plan,
      sessions:
        config.stickiness === "none" ? undefined : { ...config.plan.sessions, idle: config.stickiness },
    },
    app: {
      ...config.app,
      secrets: {
        ...config.app.secrets,
        ...(config.database.existing && { DATABASE_URL: config.database.existing.url }),
      },
      drain: config.app.drain ?? config.app.timeout,
      processes: processesOf(config.app.processes, limits),
    },
    tracks: Object.entries(config.tracks)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, track]) => {
        // Never from the weight: a change of weight must not change servers.
        const servers = track.servers ?? (prod ? 2 : 1);
        return {
          name,
          source: track.image ? { image: track.image } : { build: track.build ?? "app" },
          weight: track.weight,
          servers,
          maxServers: track.maxServers ?? (prod ? servers * 2 : servers),
        };
      }),
  };
}

/** Whether nothing but the sample app runs, here and on AWS: only of it is known that it takes a quote. */
function isSample({ tracks, rehearsal }: Parsed): boolean {
  const { command } = rehearsal;
  return (
    Object.values(tracks).every(({ image, build }) => !image && (build ?? "app") === "app") &&
    [command, ...Object.values(rehearsal.tracks).map((own) => own.command ?? command)].every(
      (words) => words.join(" ") === SAMPLE_COMMAND.join(" "),
    )
  );
}

function testsOf(config: Parsed): Parsed["smoke"] {
  if (!isSample(config)) return COMMON_TESTS;
  return config.cache === "none" ? SAMPLE_TESTS.filter(({ name }) => name !== "cache") : SAMPLE_TESTS;
}

function zoneOf({ zone, domain }: Parsed): string {
  return zone || parentOf(domain);
}

function zoneFor(name: string, zone: string): string {
  return name === zone || name.endsWith(`.${zone}`) ? zone : parentOf(name);
}

/** Of `a.example.com` and of `example.com` that is `example.com`. */
function parentOf(name: string): string {
  const words = name.split(".");
  return words.slice(-Math.max(2, words.length - 1)).join(".");
}

function processesOf(processes: Parsed["app"]["processes"], limits: MemoryLimits): Process[] {
  return Object.entries(processes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { command, stopTimeout, schedule, timeout = "1h", count = 1, ...own }]) => {
      const any = {
        name,
        command,
        stopSeconds: seconds(stopTimeout),
        memoryMiB: member(limits.processes, name),
      };
      return schedule === undefined
        ? { ...any, kind: "worker", count, follows: own.with ?? "stable" }
        : { ...any, kind: "job", schedule, timeoutSeconds: seconds(timeout as Duration) };
    });
}
