import { join } from "node:path";
import { patientOf } from "../../../rollout/doctor/doctor.ts";
import type { Workplace } from "../../../rollout/doctor/machine.ts";
import type { Patient } from "../../../rollout/doctor/row.ts";
import { sampleProject } from "../../support/sample.ts";

/** What a machine has that differs from one that has everything. */
export type Differs = Partial<Workplace> & { files?: Record<string, string> };

const SERVERS = ["nginx", "haproxy", "redis-server", "postgres", "pgbackrest"];
const SAYS: Record<string, string> = { pulumi: "v3.270.0\n", docker: "28.1.0\n", git: "3c611ec\n" };

const LOCK = '{ "packages": { "": {}, "node_modules/a": { "version": "1.2.3" } } }';

/** The sample's beta stack on a machine that has everything but this. @param stack null: none was named */
export function patient(differs: Differs = {}, stack: string | null = "beta"): Patient {
  const folder = sampleProject();
  const files: Record<string, string> = {
    "package.json": '{ "dependencies": { "@pulumi/pulumi": "3.270.0" } }',
    "package-lock.json": LOCK,
    "node_modules/.package-lock.json": LOCK,
    "/home/ann/.pulumi/credentials.json": '{ "current": "s3://state" }',
    ...differs.files,
  };
  const machine: Workplace = {
    folder,
    env: { PULUMI_CONFIG_PASSPHRASE: "hush" },
    platform: "linux",
    node: "24.21.0",
    home: "/home/ann",
    read: (path) => files[path] ?? files[path.replace(join(folder, "/"), "")],
    run: async (program) => ({ code: 0, said: SAYS[program] ?? "" }),
    servers: () => SERVERS.map((program) => ({ program, file: `/usr/sbin/${program}`, install: "" })),
    nameServers: async () => ["ns-1.awsdns-01.org"],
    credentials: async () => ({ ends: undefined }),
    quotas: async () => [{ name: "Target Groups per Region", need: 2, limit: 3000 }],
    ...differs,
  };
  return patientOf(machine, stack ?? undefined);
}
