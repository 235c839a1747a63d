import { holdTo, VAULT_HOLDS_BACKUPS } from "../rules/held.ts";
import type { Refused } from "../rules/rule.ts";
import { holdToLock, type Lock } from "../rules/vault-lock.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Timeline } from "./timeline.ts";
import type { Watch } from "./watch.ts";

interface Job {
  id: string;
  state: "RUNNING" | "COMPLETED" | "FAILED";
  why?: string;
}

/** What a plan asks for. */
export interface PlanRule {
  everyHours: number;
  lifecycle: { DeleteAfterDays?: number };
}

const HOUR_MS = 3_600_000;
const TAKES_MS = 10 * 60_000;

/** AWS Backup: one vault, its lock, the plan's jobs and those that are asked for. */
export class Vault {
  #name: string | undefined;
  #lock: Lock | undefined;
  /** Runs once there is a plan and something that it selects. */
  #rule: PlanRule | undefined;
  #selected = false;
  /** Completed ones, by when: milliseconds since the epoch. */
  readonly completed: number[] = [];
  readonly failed: number[] = [];
  readonly jobs = new Map<string, Job>();
  readonly #timeline: Timeline;
  readonly #watch: Watch;
  readonly #mailbox: Mailbox;

  constructor(timeline: Timeline, watch: Watch, mailbox: Mailbox) {
    this.#timeline = timeline;
    this.#watch = watch;
    this.#mailbox = mailbox;
    timeline.every(60_000, () => this.#onTime());
  }

  open(name: string): void {
    this.#name = name;
  }

  close(lock: Lock): void {
    this.#lock = lock;
  }

  follow(rule: PlanRule | undefined): void {
    this.#rule = rule;
  }

  select(something: boolean): void {
    this.#selected = something;
  }

  /** The same id is the same job. */
  start(id: string, lifecycle: { DeleteAfterDays?: number } | undefined): Job {
    const known = this.jobs.get(id);
    if (known) return known;
    const job: Job = { id, state: "RUNNING" };
    this.jobs.set(id, job);
    void this.#timeline.go(async () => {
      await this.#timeline.sleep(TAKES_MS);
      try {
        holdToLock(this.#lock, lifecycle);
        job.state = "COMPLETED";
        this.completed.push(this.#timeline.now());
      } catch (error) {
        job.state = "FAILED";
        job.why = (error as Refused).message;
        this.failed.push(this.#timeline.now());
        this.#mailbox.refuse("backup", error as Error);
        const detail = { backupVaultName: this.#name, state: "FAILED" };
        this.#watch.send(
          { source: "aws.backup", "detail-type": "Backup Job State Change", detail },
          "A backup failed",
        );
      }
    });
    return job;
  }

  /** @throws {Refused} */
  remove(): void {
    holdTo(VAULT_HOLDS_BACKUPS, this.completed.length > 0, "the vault has recovery points");
    this.#name = undefined;
  }

  #onTime(): void {
    const now = this.#timeline.now();
    if (!this.#rule || !this.#selected || !this.#name) return;
    const every = this.#rule.everyHours * HOUR_MS;
    if (Math.floor(now / every) === Math.floor((now - 60_000) / every)) return;
    this.start(`plan-${now}`, this.#rule.lifecycle);
  }
}
