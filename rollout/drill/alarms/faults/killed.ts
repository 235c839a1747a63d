import { isRunning } from "../../../platforms/rehearsal/processes.ts";
import { keysOf } from "../../../platforms/rehearsal/server.ts";
import type { Fault } from "../fault.ts";
import type { Stage } from "../stage.ts";

/** The balancer still takes them for healthy: it can't connect, and answers 502 itself. */
export const serversKilled: Fault = {
  name: "nginx is killed on every server",
  moves: ["AWS/ApplicationELB TargetConnectionErrorCount", "AWS/ApplicationELB HTTPCode_ELB_5XX_Count"],
  inject: async (stage) => {
    for (const server of stage.room.ledger.state.servers) kill(stage, keysOf(server).nginx);
  },
  heal: (stage) => stage.restart(),
};

/** Every server's health check fails with them. */
export const storesKilled: Fault = {
  name: "PostgreSQL and Redis are killed",
  moves: [
    "AWS/RDS CPUUtilization",
    "AWS/ElastiCache EngineCPUUtilization",
    "AWS/ApplicationELB HealthyHostCount",
    "AWS/ApplicationELB UnHealthyHostCount",
  ],
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
