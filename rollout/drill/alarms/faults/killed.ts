import { isRunning } from "../../../platforms/rehearsal/machine/processes.ts";
import { keysOf } from "../../../platforms/rehearsal/servers/server.ts";
import type { Fault } from "../fault.ts";
import type { Stage } from "../stage.ts";

/** At first the balancer takes them for healthy, can't connect and answers 502 itself; then it takes them out. */
export const serversKilled: Fault = {
  name: "nginx is killed on every server",
  moves: [
    "TargetConnectionErrorCount",
    "HTTPCode_ELB_5XX_Count",
    "HealthyHostCount",
    "UnHealthyHostCount",
  ].map((metric) => `AWS/ApplicationELB ${metric}`),
  inject: async (stage) => {
    for (const server of stage.room.ledger.state.servers) kill(stage, keysOf(server).nginx);
  },
  heal: (stage) => stage.restart(),
};

export const storesKilled: Fault = {
  name: "PostgreSQL and Redis are killed",
  moves: ["AWS/RDS CPUUtilization", "AWS/ElastiCache EngineCPUUtilization"],
  inject: async (stage) => {
    for (const key of ["postgres", "redis"]) kill(stage, key);
  },
  heal: (stage) => stage.restart(),
};

export const backupFails: Fault = {
  name: "a backup is due while the database is down",
  moves: ["AWS/Backup NumberOfBackupJobsFailed"],
  inject: async (stage) => {
    if (await stage.backUp()) throw new Error("the backup succeeded without a database");
  },
  // The database is brought back by the fault that killed it.
  heal: async () => {},
};

/** Each leads a group of its own, with its workers (see start in processes.ts). */
function kill({ room }: Stage, key: string): void {
  const record = room.ledger.state.processes[key];
  if (isRunning(record)) process.kill(-record.pid, "SIGKILL");
}
