import type { JournalStore } from "../platforms/platform.ts";

/** The process that answers requests; the others have their names in config (app.processes), a worker with its number. */
export const APP = "app";

/** Whether a process is meant by a name: of a worker that runs several times its own name means all of them. */
export function isMeant(process: string, asked: string | undefined): boolean {
  return asked === undefined || process === asked || process.replace(/-\d+$/, "") === asked;
}

/** One process of the image, as it is now. */
export interface AppProcess {
  /** {@link APP}, or a worker's or job's name, such as `worker-1`. */
  process: string;
  track: string;
  /** Such as `blue-1`; on AWS the instance's id. */
  server: string;
  /** 12 hex digits of what it was made from; undefined: nothing tells. */
  version: string | undefined;
  /** `running`, or what it is or does instead. */
  state: string;
  /** Since when, in milliseconds since the epoch; undefined: nothing tells. */
  since: number | undefined;
}

/** What the app's processes print, or what nginx before them writes. */
export const LOG_KINDS = ["app", "nginx"] as const;
export type LogKind = (typeof LOG_KINDS)[number];

/** Of nginx's logs the one of what stays open for long (infra/host/answers/long.ts). */
export const LONG = "long";

export interface LogQuery {
  kind: LogKind;
  /** Only this one's. */
  track?: string | undefined;
  server?: string | undefined;
  process?: string | undefined;
  /** Milliseconds since the epoch. */
  since: number;
  /** Goes on until the signal with what is written from now on. */
  follow: boolean;
  signal?: AbortSignal | undefined;
}

export interface WrittenLine {
  /** Milliseconds since the epoch: of the line's own time, or of when it was written, to a few seconds. */
  at: number;
  track: string;
  server: string;
  /** {@link APP}, a worker's name, `migrate`, `access`, `error` or {@link LONG}. */
  process: string;
  text: string;
}

/** The stores that there is a client for. */
export const STORES = ["database", "cache"] as const;
export type StoreName = (typeof STORES)[number];

/** What is run for a person, and where. */
export type Errand =
  /** A command in the process's own environment and folder. */
  | { in: AppProcess; command: readonly string[] }
  /** psql or redis-cli beside the process, logged in as the app is. */
  | { beside: AppProcess; store: StoreName; words: readonly string[] };

/** Told what a command prints, as it comes. */
export type Hear = (bytes: Buffer, from: "stdout" | "stderr") => void;

/** A shell's exit code for a program that there isn't. */
export const NOT_FOUND = 127;

/** Where a stack's processes run, for people who visit them: the same words on both platforms. */
export interface Visited {
  journal: JournalStore;
  /** Sorted by track, process and server. */
  processes(): Promise<AppProcess[]>;
  /** Tells the lines that there are, in order of time; then, if asked to follow, the new ones as they come. */
  logs(query: LogQuery, tell: (lines: WrittenLine[]) => void): Promise<void>;
  /** Known secrets in clear: taken out of what is shown and written down, beside what looks like one. */
  secrets(): Promise<string[]>;
  /** Runs it to its end, away from the terminal. @returns its exit code */
  run(errand: Errand, hear: Hear, signal: AbortSignal): Promise<number>;
  /** Gives the terminal to it until it ends. @returns its exit code, where the way tells it */
  converse(errand: Errand): Promise<number>;
}

export function byPlace(a: AppProcess, b: AppProcess): number {
  const key = ({ track, process, server }: AppProcess) =>
    [track, process === APP ? "" : process, server].join("\n");
  return key(a) < key(b) ? -1 : 1;
}
