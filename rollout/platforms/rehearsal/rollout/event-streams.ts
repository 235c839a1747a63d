import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { longEventIn } from "../../../view/long-connections.ts";
import { Tail } from "../machine/tail.ts";

/**
 * How long one that is late by the log may be missed among the balancer's: it tells whole seconds, once a second. Others'
 * answers would be taken for it later.
 */
const TAKEN_WITHIN_MS = 4_000;

/**
 * The event streams of all the servers of a stack, from the log of what stays open for long (infra/host/answers/long.ts). Their
 * answers are meant to have no end: to the balancer they look like those that a server doesn't end.
 */
export class EventStreams {
  readonly #folder: string;
  readonly #lateMs: number;
  readonly #tail = new Tail();
  /** Those that are open and not yet late, by id. */
  readonly #young = new Map<string, { at: number; track: string }>();
  /** When those that aren't yet taken were late, by track, in milliseconds. The oldest first. */
  readonly #late: Record<string, number[]> = {};

  /** @param lateSeconds when the balancer calls one late; its whole seconds may be ahead of the log's by one */
  constructor(folder: string, lateSeconds: number) {
    this.#folder = folder;
    this.#lateMs = (lateSeconds - 1) * 1000;
  }

  /** Reads what was written since, of all tracks. */
  read(now = Date.now()): void {
    this.#readLogs();
    for (const [id, stream] of this.#young) {
      if (now - stream.at < this.#lateMs) continue;
      this.#young.delete(id);
      this.#late[stream.track] = [...(this.#late[stream.track] ?? []), now];
    }
    // Who isn't among the balancer's late ones by now has ended, or is served by a balancer from before a reload.
    for (const late of Object.values(this.#late))
      while (late[0] !== undefined && now - late[0] > TAKEN_WITHIN_MS) late.shift();
  }

  /** How many of so many late answers of a track are event streams. Each is told once. */
  take(track: string, answers: number): number {
    return this.#late[track]?.splice(0, answers).length ?? 0;
  }

  #readLogs(): void {
    if (!existsSync(this.#folder)) return;
    for (const name of readdirSync(this.#folder))
      if (name.endsWith(".long.log")) this.#tail.read(join(this.#folder, name), (line) => this.#add(line));
  }

  #add(line: string): void {
    const event = longEventIn(line);
    if (event?.kind !== "events") return;
    const { is, id, at, track } = event;
    if (is === "opened") this.#young.set(id, { at, track });
    else this.#young.delete(id);
  }
}
