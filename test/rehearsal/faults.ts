import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";

/** Orders faults at every server of a track, at the application's own port: `{}` ends them. See app/faults.ts. */
export async function orderFaults(
  project: { projectDir: string; stateDir: string; stack: string },
  track: string,
  order: Record<string, number | boolean>,
): Promise<void> {
  const { servers } = Ledger.openOrFail(placeIn(project)).state;
  for (const server of servers.filter((each) => each.track === track)) {
    const answer = await fetch(`http://127.0.0.1:${server.appPort}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(order),
    });
    if (!answer.ok) throw new Error(`${server.id} took no fault: ${answer.status} ${await answer.text()}`);
  }
}
