import type { Command } from "commander";
import { registerWord } from "./word.ts";

export function register(program: Command): void {
  registerWord(program, {
    command: "pause",
    summary: "hold a rollout where it is",
    description:
      "No step is taken until `resume`. The gates go on watching: a candidate that gets sick is rolled back all the same.",
  });
}
