import { RehearsalError } from "../../platforms/rehearsal/machine/errors.ts";

/** What systemd and Docker do with the app on a server, as its captured unit says (infra/host/units/app-unit.ts). */
export interface AppUnit {
  /** The container's limit. */
  memoryMiB: number;
  /** systemd's `Restart=`: `always` also starts again what was killed. */
  restart: string;
  restartSeconds: number;
}

export const UNIT_FILE = "/etc/systemd/system/rollout-app.service";

/** @throws {RehearsalError} when it has no memory limit: then one leak takes the whole server */
export function unitIn(text: string): AppUnit {
  const [, memory, unit = "b"] = /--memory (\d+)([bkmg]?)\b/.exec(text) ?? [];
  if (memory === undefined)
    throw new RehearsalError(`${UNIT_FILE} starts the app without --memory: a leak would take the server`);
  const bytes = Number(memory) * 1024 ** ["b", "k", "m", "g"].indexOf(unit);
  return {
    memoryMiB: Math.round(bytes / 2 ** 20),
    restart: /^Restart=(.*)$/m.exec(text)?.[1] ?? "no",
    // systemd's own default is 100 ms (systemd.service(5)).
    restartSeconds: Number(/^RestartSec=(\d+)$/m.exec(text)?.[1] ?? 0.1),
  };
}

export function startsAgain({ restart }: AppUnit): boolean {
  return ["always", "on-failure", "on-abnormal", "on-abort"].includes(restart);
}
