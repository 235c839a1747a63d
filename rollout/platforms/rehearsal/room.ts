import type { Graph } from "../../graph/model.ts";
import type { Certificates } from "./authority-files.ts";
import type { BalancerModel } from "./balancer/model.ts";
import type { Plan } from "./describe.ts";
import type { Programs } from "./find.ts";
import type { Ledger } from "./state.ts";

/** What every step of bringing a stack up or changing it works with. */
export interface Room {
  /** What is wanted. */
  graph: Graph;
  plan: Plan;
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
