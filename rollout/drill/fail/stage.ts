import type { Room } from "../../platforms/rehearsal/room.ts";
import type { Options } from "../../platforms/rehearsal/verbs/options.ts";
import { Findings } from "../findings.ts";
import { DrillStage } from "../stage.ts";
import { TIMEOUT_MS } from "../traffic.ts";

/** Users' requests a second: enough that each second says something, little enough for two processors. */
const USERS = { ratePerSecond: 20, timeoutMs: TIMEOUT_MS };

/** The rehearsal that a failure drill breaks, and what it finds and measures there. */
export class FailStage extends DrillStage {
  readonly findings: Findings;
  readonly figures: Record<string, number> = {};
  readonly facts: Record<string, string> = {};

  constructor(options: Options, room: Room) {
    super(options, room, USERS);
    this.findings = new Findings((line) => this.say(`  ${line}`));
  }

  figure(name: string, value: number | undefined): void {
    if (value !== undefined) this.figures[name] = Math.round(value * 100) / 100;
  }
}
