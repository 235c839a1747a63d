import type { Command } from "commander";
import { registerWord } from "./word.ts";

export function register(program: Command): void {
  registerWord(program, {
    command: "promote",
    summary: "skip the rest of the present bake",
    description: "The next step is taken now, on a person's word. A gate that has failed isn't overruled.",
  });
}
