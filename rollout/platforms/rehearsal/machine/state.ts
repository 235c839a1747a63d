import { mkdirSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { checkedStackName } from "../../../core/stack-name.ts";
import { aliasIn, checkOutside, isPlain, outsidesOf } from "./disk/outside.ts";
import { RehearsalError } from "./errors.ts";
import { writeAtomically } from "./files.ts";
import { foundOf } from "./lost/found.ts";
import { STATE_VERSION, stateSchema } from "./lost/state-schema.ts";
import { anew, Damaged, stored } from "./lost/stored.ts";

/** The folder of a rehearsal's drill records within the stack's. */
export const DRILLS = "drills";

/** The balancer's name among the processes. */
export const BALANCER = "balancer";

/** Locks in the stack's folder of those who work with it for longer, and who these are. */
export const USERS = {
  "rollout.lock": "a rollout",
  "restore-drill.lock": "a restore drill",
  "fail-drill.lock": "a failure drill",
} as const;

export function userLock({ folder }: Pick<Place, "folder">, name: keyof typeof USERS): string {
  return join(folder, name);
}

/** What of the app a process is. */
export interface Runs {
  /** `app` for the server itself, else as in `app.processes`. */
  name: string;
  kind: "app" | "worker" | "job";
  track: string;
  /** The {@link ServerRecord.id} of the server that it runs on. */
  server: string;
  /** The server's {@link ServerRecord.version}. */
  version: string;
  /** When it was started; of a worker, which is started again when it ends, the first time. ISO 8601. */
  since: string;
  /** When it was told to end, while it still finishes what it holds. ISO 8601. */
  ending?: string;
}

/** A process that the rehearsal started. Number and start time together name it: a number alone is used again. */
export interface ProcessRecord {
  pid: number;
  started: string;
  log: string;
  /** The signal that ends it in good order. */
  stopSignal: NodeJS.Signals;
  /** How long it has to end after that, in milliseconds. */
  graceMs?: number;
  /** Absent for what isn't the app's. */
  runs?: Runs;
}

export interface ServerRecord {
  /** Such as `blue-1`; never used again while the stack is up, so that logs and balancer don't mix two servers. */
  id: string;
  track: string;
  /** The {@link TrackPlan.version} that it was made from. */
  version: string;
  /** Where its nginx listens (TLS). */
  port: number;
  /** Where its application listens. */
  appPort: number;
  /** It is being taken away. Written down before anything is done, so that a command that comes after a kill goes on with it. */
  leaving?: true;
}

/** The time that one folder served as the stack's database. The last one of the list is the live one. */
export interface DatabaseLife {
  /** The database's folder: kept when the next one takes its place. */
  folder: string;
  /** PostgreSQL's timeline, the first 8 digits of its WAL segments' names: each life has its own. */
  timeline: string;
  /** When it began to serve, in milliseconds since the epoch; 0 for the first. */
  since: number;
  /** What has this transaction number or a higher one isn't in the life before. */
  fromXid?: string;
}

/** All that is known of a stack that is up; lies in `state.json` in its folder. */
export interface State {
  version: 1;
  stack: string;
  domain: string;
  /** The balancer's HTTPS port: the URL's. */
  port: number;
  /** The balancer's plain port, which redirects. */
  redirectPort: number;
  /**
   * Where the live one is. `lives` is there once a restored one has taken its place (rollout/restore), `beside` while a server of another
   * major version holds the same rows (rollout/upgrade-database).
   */
  database: {
    port: number;
    folder: string;
    lives?: DatabaseLife[];
    beside?: { port: number; folder: string };
  };
  /** The folder for what can't be in the stack's own: see outside.ts. */
  outside?: string;
  /** Absent when the stack had none when it came up. */
  cache?: { port: number };
  /** Where AppConfig's agent listens, and the version of the flags that was last published. */
  flags?: { port: number; version: number };
  /** Where the stand-in for services of others listens, and for which it stands. */
  dependencies?: { port: number; names: string[] };
  /** Where moto listens in place of AWS, and where the app gets its credentials. */
  storage?: { port: number; credentialsPort: number };
  /** What database and cache were last started with, as a digest. */
  stores?: string;
  servers: ServerRecord[];
  /** The highest number given to a server of each track. */
  numbered: Record<string, number>;
  processes: Record<string, ProcessRecord>;
}

/** Where a stack's files are. */
export interface Place {
  stack: string;
  folder: string;
  logs: string;
  stateFile: string;
  lockFile: string;
}

/** @throws {UserError} for a name that isn't a stack's: it must not lead to another folder */
export function placeOf(stack: string, stateDir: string): Place {
  const folder = resolve(stateDir, checkedStackName(stack));
  return {
    stack,
    folder,
    ...filesIn(folder),
    // No stack's folder begins with a dot.
    lockFile: join(stateDir, `.${stack}.lock`),
  };
}

function filesIn(folder: string): Pick<Place, "logs" | "stateFile"> {
  return { logs: join(folder, "logs"), stateFile: join(folder, "state.json") };
}

/** The same place by a name that the servers' files can hold. */
export function plainPlace(place: Place, outside: string | undefined): Place {
  if (outside === undefined) return place;
  checkOutside(outside, place.folder);
  if (isPlain(place.folder)) return place;
  const folder = aliasIn(outside);
  return { ...place, folder, ...filesIn(folder) };
}

/** The state in memory and on disk: every change is on disk before the next thing happens. */
export class Ledger {
  readonly place: Place;
  readonly state: State;

  private constructor(place: Place, state: State) {
    this.place = place;
    this.state = state;
  }

  static create(place: Place, state: State): Ledger {
    mkdirSync(place.logs, { recursive: true, mode: 0o700 });
    const ledger = new Ledger(place, state);
    ledger.change(() => {});
    return ledger;
  }

  /**
   * @returns undefined when the stack isn't up
   * @throws {Damaged} when its record can't be what was written
   */
  static open(place: Place): Ledger | undefined {
    const state = stored(place.stateFile, stateSchema, anew(place.stack)) as State | undefined;
    if (!state) return undefined;
    // A copy of the database stands beside the live one, where that is outside of the stack's folder, too.
    const folders = [place.folder, state.outside, ...outsidesOf(dirname(place.folder))];
    if (state.stack !== place.stack || !isWithin(state.database.folder, folders))
      throw new Damaged(`${place.stateFile} is damaged: it speaks of another stack's. ${anew(place.stack)}`);
    return new Ledger(plainPlace(place, state.outside), state);
  }

  /** A ledger of what is found on the machine, for a stack whose record is damaged: to take it down, and for nothing else. */
  static ofFound(place: Place): Ledger {
    return new Ledger(place, {
      version: STATE_VERSION,
      stack: place.stack,
      domain: "",
      port: 0,
      redirectPort: 0,
      database: { port: 0, folder: join(place.folder, "postgres") },
      servers: [],
      numbered: {},
      processes: foundOf(place),
    });
  }

  /** @throws {RehearsalError} when the stack isn't up */
  static openOrFail(place: Place): Ledger {
    const ledger = Ledger.open(place);
    if (!ledger) {
      throw new RehearsalError(
        `The stack ${place.stack} isn't up. Start it with: rollout rehearse up --stack ${place.stack}`,
      );
    }
    return ledger;
  }

  change(edit: (state: State) => void): void {
    edit(this.state);
    writeAtomically(this.place.stateFile, JSON.stringify(this.state, null, 2), 0o600);
  }
}

function isWithin(path: string, folders: readonly (string | undefined)[]): boolean {
  return folders.some((folder) => folder !== undefined && resolve(path).startsWith(folder + sep));
}
