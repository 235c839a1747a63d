import type { Command } from "commander";
import type { StackAtHand } from "../on.ts";
import { out } from "../out.ts";
import { drive, hasSettled } from "./drive.ts";
import { rollBackUnwritten } from "./unwritten.ts";
import { registerWord } from "./word.ts";

export function register(program: Command): void {
  registerWord(program, {
    command: "rollback",
    summary: "take all traffic back to the stable track",
    description:
      "A run that is there does it within a second. Where none is (it crashed, its machine is gone) this command does it " +
      "itself, and ends when it is verified: exit code 0. Where nothing can be written (a full disk) it tells the balancer alone.",
    instead:
      "To move traffic all the same: rollout shift TRACK=100 --grow; or roll a track out: rollout run --candidate TRACK",
    async alone(here) {
      const { outcome, reason } = await drive(here, { leave: hasSettled });
      if (outcome === "stopped")
        here.say(`To go back in spite of that: rollout run --restore --stack ${here.stack}`);
      tellOutcome(here, { outcome, reason });
      return outcome === "rolled-back" ? 0 : 1;
    },
    async unwritten(here, why) {
      const result = await rollBackUnwritten(here, why);
      tellOutcome(here, result);
      return result.outcome === "moved" ? 0 : 1;
    },
  });
}

function tellOutcome({ stack, json }: StackAtHand, told: { outcome: string; reason: string }): void {
  const document = { stack, command: "rollback", ...told };
  out(json ? `${JSON.stringify(document)}\n` : `${told.outcome}: ${told.reason}\n`);
}
