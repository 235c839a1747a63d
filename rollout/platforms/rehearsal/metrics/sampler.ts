import { join } from "node:path";
import { memoryGiB } from "../../../../infra/settings/sizes/instance-class.ts";
import { layoutOf } from "../balancer/balancing.ts";
import { logOf } from "../machine/processes.ts";
import { databaseIn } from "../plan/database-in.ts";
import type { Room } from "../room.ts";
import { ALLOWANCE, type Allowance } from "./allowance.ts";
import { BalancerSampler } from "./balancer-sampler.ts";
import { CacheFiguresReader } from "./cache.ts";
import { daysLeft } from "./certificate.ts";
import { DatabaseFiguresReader } from "./database.ts";
import { bytesBeginning, bytesUnder } from "./disk.ts";
import { EmbeddedMetrics } from "./embedded.ts";
import { DATABASE, machinesOf } from "./machines.ts";
import { type Named, namesIn } from "./named.ts";
import { given, type Sample } from "./sample.ts";
import { type MachineUsage, MachineUsages } from "./usage.ts";

export type SamplerRoom = Pick<Room, "graph" | "plan" | "ledger" | "certificates">;

/**
 * The running rehearsal's figures under CloudWatch's names and dimensions. What isn't there sends nothing, and a count of
 * nothing is left out, as CloudWatch does.
 */
export class Sampler {
  /** Its ledger is read anew by the caller after servers were started again. */
  readonly #room: () => SamplerRoom;
  readonly #allowance: Allowance;
  readonly #named: Named;
  readonly #balancer: BalancerSampler;
  readonly #usages = new MachineUsages();
  readonly #database: DatabaseFiguresReader;
  readonly #cache: CacheFiguresReader;
  readonly #embedded: EmbeddedMetrics;
  /** Process numbers that count as a server's own, by its id: what a drill starts on it. */
  readonly guests = new Map<string, number[]>();

  constructor(room: () => SamplerRoom, allowance: Allowance = ALLOWANCE) {
    const first = room();
    this.#room = room;
    this.#allowance = allowance;
    this.#named = namesIn(first.graph, first.plan.tracks);
    const { socket } = layoutOf(first.ledger);
    this.#balancer = new BalancerSampler(this.#named, { socket, logs: first.ledger.place.logs });
    this.#database = new DatabaseFiguresReader(first);
    this.#cache = new CacheFiguresReader(first);
    this.#embedded = new EmbeddedMetrics(first.ledger.place.logs);
  }

  async take(): Promise<Sample[]> {
    const room = this.#room();
    const usages = this.#usages.take(machinesOf(room, this.guests));
    const { ledger } = room;
    const samples = await Promise.all([
      this.#balancer.take(),
      this.#ofServers(room, usages),
      this.#ofDatabase(room, usages[DATABASE]),
      this.#ofCache(),
      daysLeft(ledger.state.domain, ledger.state.port).then((days) =>
        given("AWS/CertificateManager", this.#named.certificate, { DaysToExpiry: days }),
      ),
    ]);
    return [...samples.flat(), ...this.#embedded.take()];
  }

  async close(): Promise<void> {
    this.#cache.close();
    await this.#database.close();
  }

  async #ofServers({ ledger }: SamplerRoom, usages: Record<string, MachineUsage>): Promise<Sample[]> {
    const { memoryBytes, diskBytes } = this.#allowance;
    const percent = (part: number, whole: number) => Math.min(100, (100 * part) / whole);
    return ledger.state.servers.flatMap(({ id, track }) => {
      const usage = usages[id];
      const group = this.#named.groups[track];
      if (!usage || !group) return [];
      const disk =
        bytesUnder(join(ledger.place.folder, "servers", id)) + bytesBeginning(logPrefix(ledger, id));
      return [
        ...given("AWS/EC2", group, { CPUUtilization: usage.cpuPercent }),
        ...given("CWAgent", group, {
          mem_used_percent: percent(usage.memoryBytes, memoryBytes),
          disk_used_percent: percent(disk, diskBytes),
        }),
      ];
    });
  }

  async #ofDatabase({ graph, ledger }: SamplerRoom, usage?: MachineUsage): Promise<Sample[]> {
    const figures = await this.#database.take();
    // A monitor of an instance that is down sends nothing at all.
    if (!figures || !usage) return [];
    const { inputs } = databaseIn(graph);
    const total = memoryGiB(String(inputs.instanceClass)) * 2 ** 30;
    const storage = Number(inputs.allocatedStorage) * 2 ** 30;
    return given("AWS/RDS", this.#named.database, {
      CPUUtilization: usage.cpuPercent,
      FreeableMemory: Math.max(0, total - usage.memoryBytes),
      FreeStorageSpace: Math.max(0, storage - bytesUnder(join(ledger.state.database.folder, "data"))),
      DatabaseConnections: figures.connections,
      MaximumUsedTransactionIDs: figures.usedTransactionIds,
    });
  }

  async #ofCache(): Promise<Sample[]> {
    const node = this.#named.cache;
    const figures = node && (await this.#cache.take());
    if (!figures) return [];
    return given("AWS/ElastiCache", node, {
      EngineCPUUtilization: figures.enginePercent,
      DatabaseMemoryUsagePercentage: figures.memoryPercent,
      Evictions: figures.evictions,
    });
  }

  /** What a backup's end counts as (AWS docs, "AWS Backup metrics with CloudWatch"). */
  backupEnded(completed: boolean): Sample {
    const name = completed ? "NumberOfBackupJobsCompleted" : "NumberOfBackupJobsFailed";
    return { metric: { namespace: "AWS/Backup", name, dimensions: this.#named.vault }, values: [1] };
  }

  get vaultName(): string {
    return this.#named.vault.BackupVaultName ?? "";
  }
}

function logPrefix(ledger: SamplerRoom["ledger"], id: string): string {
  return logOf(ledger, id).replace(/log$/, "");
}
