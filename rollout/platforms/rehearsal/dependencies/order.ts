import { RehearsalError } from "../machine/errors.ts";
import type { State } from "../machine/state.ts";
import { moodUrl } from "./ensure.ts";
import type { Mood } from "./stand-in.ts";

/** Tells the stand-in how one of the services is to behave from now on. */
export async function orderMood(state: State, name: string, mood: Mood): Promise<void> {
  const answer = await fetch(urlIn(state), {
    method: "POST",
    body: JSON.stringify({ name, mood }),
    signal: AbortSignal.timeout(5_000),
  });
  await answer.body?.cancel();
  if (!answer.ok)
    throw new RehearsalError(`the stand-in for ${name} took no order: it answered ${answer.status}`);
}

/** How often a service was called since its stand-in was started. */
export async function callsOf(state: State, name: string): Promise<number> {
  const answer = await fetch(urlIn(state), { signal: AbortSignal.timeout(5_000) });
  const standings = (await answer.json()) as Record<string, { calls: number }>;
  return standings[name]?.calls ?? 0;
}

function urlIn({ dependencies }: State): string {
  if (dependencies) return moodUrl(dependencies.port);
  throw new RehearsalError(
    "no stand-in for the stack's dependencies runs: rollout rehearse up starts what is missing",
  );
}
