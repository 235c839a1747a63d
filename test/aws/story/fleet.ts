import { holdToOneRefresh } from "../rules/servers.ts";
import type { Timeline } from "./timeline.ts";
import type { Times } from "./times.ts";

interface Server {
  id: string;
  version: string;
  state: "Pending:Wait" | "InService" | "Terminating:Wait";
  /** Since when it is in that state, milliseconds since the epoch. */
  since: number;
}

interface Refresh {
  id: string;
  status: "InProgress" | "Successful" | "Cancelled";
}

/** What the program says of a group. */
export interface GroupInputs {
  version: string;
  min: number;
  max: number;
  desired: number;
  /** By the arn of its target group. */
  targets: string;
  drainSeconds: number;
  hookSeconds: number;
  /** How long a new server is waited for after it came into service, before an old one goes. */
  warmupSeconds: number;
  capacitySeconds: number;
}

export interface Group extends GroupInputs {
  name: string;
  servers: Server[];
  /** The newest first. */
  refreshes: Refresh[];
}

/** Two checks, five seconds apart (infra/servers/track.ts). */
const HEALTHY_AFTER_MS = 10_000;

/** Autoscaling groups and their servers, by the rules of rules/servers.ts. */
export class Fleet {
  readonly groups = new Map<string, Group>();
  readonly #timeline: Timeline;
  readonly #times: Times;
  #made = 0;

  constructor(timeline: Timeline, times: Times) {
    this.#timeline = timeline;
    this.#times = times;
  }

  /** Comes back when the least servers are in service. @throws when they aren't in time */
  async create(name: string, inputs: GroupInputs): Promise<void> {
    const group: Group = { ...inputs, name, servers: [], refreshes: [] };
    this.groups.set(name, group);
    this.scale(group);
    await this.#capacity(group);
  }

  async update(name: string, inputs: GroupInputs): Promise<void> {
    const group = this.group(name);
    const isNew = inputs.version !== group.version;
    // Whoever scales by hand or by policy is left alone: `ignoreChanges` and the provider see the inputs only.
    Object.assign(group, { ...inputs, desired: Math.max(inputs.min, Math.min(inputs.max, group.desired)) });
    this.scale(group);
    if (isNew) this.refresh(name, { again: true });
  }

  async remove(name: string): Promise<void> {
    const group = this.group(name);
    group.desired = 0;
    group.min = 0;
    this.scale(group);
    await this.#timeline.sleep(group.drainSeconds * 1000 + 1000);
    this.groups.delete(name);
  }

  group(name: string): Group {
    const found = this.groups.get(name);
    if (!found) throw new Error(`ValidationError: AutoScalingGroup ${name} not found`);
    return found;
  }

  /** Brings as many as are asked for, or lets go of those too many. */
  scale(group: Group): void {
    const here = group.servers.filter(({ state }) => state !== "Terminating:Wait");
    for (let missing = group.desired - here.length; missing > 0; missing -= 1)
      void this.#timeline.go(() => this.#launch(group));
    for (const server of here.slice(group.desired)) void this.#timeline.go(() => this.#retire(group, server));
  }

  /**
   * Server by server, the new one first and warm (Auto Scaling User Guide, "Instance refresh", instance warmup).
   *
   * @param options.again one that runs is cancelled first, as the provider does
   * @throws {Refused} while another runs
   */
  refresh(name: string, { again = false } = {}): string {
    const group = this.group(name);
    if (again)
      for (const each of group.refreshes) if (each.status === "InProgress") each.status = "Cancelled";
    holdToOneRefresh(group.refreshes.map(({ status }) => status));
    const refresh: Refresh = { id: `refresh-${name}-${group.refreshes.length + 1}`, status: "InProgress" };
    group.refreshes.unshift(refresh);
    void this.#timeline.go(async () => {
      const old = group.servers.filter((each) => each.version !== group.version);
      for (const each of old) {
        if (refresh.status !== "InProgress" || !group.servers.includes(each)) continue;
        await this.#launch(group);
        await this.#timeline.sleep(group.warmupSeconds * 1000);
        await this.#retire(group, each);
      }
      if (refresh.status === "InProgress") refresh.status = "Successful";
    });
    return refresh.id;
  }

  /** Ids of servers that pass the balancer's checks. @param used whether some rule uses the target group */
  healthy(group: Group, used: { since: number } | undefined): string[] {
    if (!used) return [];
    const now = this.#timeline.now();
    return group.servers
      .filter(({ state }) => state === "InService")
      .filter(({ since }) => now - Math.max(since, used.since) >= HEALTHY_AFTER_MS)
      .map(({ id }) => id);
  }

  /** The version is the template's as it is when the server is launched. */
  async #launch(group: Group): Promise<void> {
    this.#made += 1;
    const id = `i-${String(this.#made).padStart(17, "0")}`;
    const server: Server = { id, version: group.version, state: "Pending:Wait", since: this.#timeline.now() };
    group.servers.push(server);
    await this.#timeline.sleep(this.#times.boot(group.hookSeconds));
    server.state = "InService";
    server.since = this.#timeline.now();
  }

  async #retire(group: Group, server: Server): Promise<void> {
    if (server.state === "Terminating:Wait") return;
    server.state = "Terminating:Wait";
    server.since = this.#timeline.now();
    await this.#timeline.sleep(group.drainSeconds * 1000);
    group.servers = group.servers.filter((each) => each !== server);
  }

  async #capacity(group: Group): Promise<void> {
    const end = this.#timeline.now() + group.capacitySeconds * 1000;
    const inService = () => group.servers.filter(({ state }) => state === "InService").length;
    while (inService() < group.min) {
      if (this.#timeline.now() >= end)
        throw new Error(`${group.name}: waited for capacity, ${inService()} of ${group.min} servers came`);
      await this.#timeline.sleep(5_000);
    }
  }
}
