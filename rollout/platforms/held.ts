import { UserError } from "../errors.ts";

/** Another controller runs this stack's rollout. */
export class Held extends UserError {
  override name = "Held";
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Milliseconds since its last sign of life, where it gives any. */
  readonly silentMs: number;

  constructor(owner: string, since: number, silentMs = 0) {
    super(
      `A rollout of this stack is run by ${owner}, since ${new Date(since).toISOString()}. Only one can.`,
    );
    this.owner = owner;
    this.since = since;
    this.silentMs = silentMs;
  }
}
