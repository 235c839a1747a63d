import type { Parsed } from "../schema.ts";
import { memoryMiB } from "./instance-class.ts";

/** What Ubuntu, Docker, nginx and the agents of a server need of its memory, in MiB. */
const SYSTEM_MIB = 512;
/** The web server's part of a server's memory unless config says otherwise: of a t3.medium 2560 MiB. */
const APP_SHARE = 5 / 8;
/** Less than this nothing gets that doesn't ask for less, in MiB. */
const LEAST_MIB = 128;

/** Limits of memory in MiB: each container is held to its own, and all of them fit the server together. */
export interface MemoryLimits {
  app: number;
  /** By name, each one's of a worker that runs several times. */
  processes: Record<string, number>;
}

/**
 * The limits that config names, and for the rest: five eighths of the server for the app, and what is left then in equal
 * parts for the other processes. Where the instance type's memory isn't known, 2560 MiB for each.
 */
export function memoryLimits({ server, app }: Pick<Parsed, "server" | "app">): MemoryLimits {
  const whole = memoryMiB(server.instanceType);
  const own = server.memoryMiB ?? (whole === undefined ? 2560 : appShare(whole));
  const all = Object.entries(app.processes);
  const open = all.filter(([, { memoryMiB }]) => memoryMiB === undefined);
  const taken = all.reduce((sum, [, { memoryMiB = 0, count = 1 }]) => sum + memoryMiB * count, own);
  const parts = open.reduce((sum, [, { count = 1 }]) => sum + count, 0);
  const part =
    whole === undefined ? own : Math.max(LEAST_MIB, Math.floor((whole - SYSTEM_MIB - taken) / parts));
  return {
    app: own,
    processes: Object.fromEntries(all.map(([name, { memoryMiB }]) => [name, memoryMiB ?? part])),
  };
}

function appShare(whole: number): number {
  return Math.max(LEAST_MIB, Math.min(Math.floor(whole * APP_SHARE), whole - SYSTEM_MIB));
}

/** Why the limits don't fit the server together; undefined when they do, or its memory isn't known. */
export function memoryMistake(config: Pick<Parsed, "server" | "app">): string | undefined {
  const type = config.server.instanceType;
  const whole = memoryMiB(type);
  if (whole === undefined) return undefined;
  const { app, processes } = memoryLimits(config);
  const each = Object.entries(config.app.processes).map(([name, { count = 1 }]) => ({
    text: `${name} ${count > 1 ? `${count} x ` : ""}${processes[name]}`,
    sum: count * (processes[name] ?? 0),
  }));
  const sum = each.reduce((total, one) => total + one.sum, app);
  if (sum <= whole - SYSTEM_MIB) return undefined;
  return (
    `${type} has ${whole} MiB, of which the system needs ${SYSTEM_MIB}: the limits come to ${sum} ` +
    `(${[`app ${app}`, ...each.map(({ text }) => text)].join(", ")}). Take a larger one, or lower server.memoryMiB or a process's memoryMiB`
  );
}
