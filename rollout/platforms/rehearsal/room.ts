import type { Graph } from "../../graph/model.ts";
import type { Certificates } from "./machine/authority-files.ts";
import type { Programs } from "./machine/find.ts";
import type { Ledger } from "./machine/state.ts";
import type { BalancerModel } from "./plan/balancer/model.ts";
import type { StackPlan } from "./plan/describe.ts";

/** What every step of bringing a stack up or changing it works with. */
export interface Room {
  /** What is wanted. */
  graph: Graph;
  plan: StackPlan;
  balancer: BalancerModel;
  /** What is there. */
  ledger: Ledger;
  programs: Programs;
  certificates: Certificates;
  /** The folder of the project, in which the application's command runs. */
  projectDir: string;
  /** Tells a person what happens; one line each. */
  say(line: string): void;
  /** Aborts the waiting. */
  signal?: AbortSignal | undefined;
}
