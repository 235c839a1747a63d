import type { Command } from "commander";
import { out } from "../out.ts";
import { drive } from "./drive.ts";
import { registerWord } from "./word.ts";

export function register(program: Command): void {
  registerWord(program, {
    command: "rollback",
    summary: "take all traffic back to the stable track",
    description:
      "A run that is there does it within a second. Where none is (it crashed, its machine is gone) this command does it " +
      "itself, and ends when it is verified: exit code 0.",
    instead:
      "To move traffic all the same: rollout shift TRACK=100 --grow; or roll a track out: rollout run --candidate TRACK",
    async alone(here) {
      const { outcome, reason } = await drive(here, { leaveWhenSettled: true });
      const { stack, json, say } = here;
      if (outcome === "stopped") say(`To go back in spite of that: rollout run --restore --stack ${stack}`);
      const document = { stack, command: "rollback", outcome, reason };
      out(json ? `${JSON.stringify(document)}\n` : `${outcome}: ${reason}\n`);
      return outcome === "rolled-back" ? 0 : 1;
    },
  });
}
