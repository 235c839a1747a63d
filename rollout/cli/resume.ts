import type { Command } from "commander";
import { registerWord } from "./word.ts";

export function register(program: Command): void {
  registerWord(program, {
    command: "resume",
    summary: "let a paused rollout go on",
    description: "Ends a pause, or takes a stopped rollout up again.",
  });
}
