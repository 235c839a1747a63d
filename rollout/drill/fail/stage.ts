import type { Journeys } from "../../load/requests/journeys.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";
import type { Options } from "../../platforms/rehearsal/verbs/options.ts";
import { Findings } from "../findings.ts";
import { DrillStage } from "../stage.ts";
import { type DrillReply, TIMEOUT_MS } from "../traffic.ts";
import { type DrillUsers, shotsOf } from "../users.ts";

/** Users' requests a second: enough that each second says something, little enough for two processors. */
const USERS = { ratePerSecond: 20, timeoutMs: TIMEOUT_MS };

/** The rehearsal that a failure drill breaks, and what it finds and measures there. */
export class FailStage extends DrillStage {
  readonly findings: Findings;
  readonly users: DrillUsers;
  readonly figures: Record<string, number> = {};
  readonly facts: Record<string, string> = {};
  readonly #own: Journeys;

  constructor(options: Options, room: Room, users: DrillUsers) {
    super(options, room, { ...USERS, shots: shotsOf(users) });
    this.users = users;
    this.#own = shotsOf(users, 2);
    this.findings = new Findings((line) => this.say(`  ${line}`));
  }

  figure(name: string, value: number | undefined): void {
    if (value !== undefined) this.figures[name] = Math.round(value * 100) / 100;
  }

  /** What the app is for: of the sample a quote, of another what its users do, in turn. */
  async asUser(track?: string): Promise<DrillReply> {
    if (!this.users.isSample) return this.traffic.user(this.#own.next(), track);
    const reply = await this.traffic.quote(track);
    return reply.status === 201 ? reply : { ...reply, mistake: `POST /quotes answered ${reply.status}` };
  }
}
