import type { Clock } from "../clock.ts";
import { UserError } from "../errors.ts";
import type { Engine, Removal } from "../platforms/aws/engine.ts";
import { Acts } from "./acts.ts";
import { planOf, planText, type TeardownPlan } from "./plan.ts";
import { readied } from "./state.ts";

export interface TeardownOptions {
  stack: string;
  engine: Pick<Engine, "deployment"> & Removal;
  clock: Clock;
  /** Shows the plan; the stack's name, as a person typed it. */
  confirm: (plan: string) => Promise<string>;
  say: (line: string) => void;
}

/**
 * Takes a stack in AWS down, to the end: a last backup, then what holds things back, then everything. Nothing is touched
 * before the stack's name is typed, and nothing deleted before the backup is complete. Ended on the way, it is begun again.
 *
 * @throws {UserError} when another name is typed, there is no such stack, or the backup fails
 */
export async function teardown({
  stack,
  engine,
  clock,
  confirm,
  say,
}: TeardownOptions): Promise<TeardownPlan> {
  const deployment = await engine.deployment();
  if ((deployment.resources ?? []).length === 0)
    throw new UserError(`${stack} has no resources: nothing is there`);
  const plan = planOf(deployment, stack, clock.now());
  const typed = await confirm(planText(plan));
  if (typed !== stack) throw new UserError(`nothing was done: ${JSON.stringify(typed)} isn't ${stack}`);
  const acts = new Acts(plan, clock);
  const steps: [what: string, act: () => Promise<void>][] = [
    [plan.snapshot ? `a last backup: ${plan.snapshot}` : "no database: no backup", () => acts.lastBackup()],
    ["the flags' versions are deleted", () => acts.forgetFlags()],
    ["database and balancer may be deleted", () => acts.unprotect()],
    // As it is now: an `up` may have been since.
    ["what stays leaves the state", async () => engine.replaceState(readied(await engine.deployment()))],
    ["pulumi destroy", () => engine.destroy("rollout: teardown")],
  ];
  for (const [what, act] of steps) {
    say(what);
    await act();
  }
  return plan;
}
