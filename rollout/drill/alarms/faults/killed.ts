import { keysOf } from "../../../platforms/rehearsal/servers/keys.ts";
import type { Fault } from "../fault.ts";

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
    for (const server of stage.room.ledger.state.servers) stage.signal(keysOf(server).nginx, "SIGKILL");
  },
  mend: (stage) => stage.restart(),
};

export const storesKilled: Fault = {
  name: "PostgreSQL and Redis are killed",
  moves: ["AWS/RDS CPUUtilization", "AWS/ElastiCache EngineCPUUtilization"],
  inject: async (stage) => {
    for (const key of ["postgres", "redis"]) stage.signal(key, "SIGKILL");
  },
  mend: (stage) => stage.restart(),
};

export const backupFails: Fault = {
  name: "a backup is due while the database is down",
  moves: ["AWS/Backup NumberOfBackupJobsFailed"],
  inject: async (stage) => {
    if (await stage.backUp()) throw new Error("the backup succeeded without a database");
  },
  // The database is brought back by the fault that killed it.
  mend: async () => {},
};
