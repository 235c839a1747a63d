import type { Fault } from "../fault.ts";
import type { AlarmStage } from "../stage.ts";

/** Ordered at the applications themselves (app/faults.ts). */
export const errors: Fault = {
  name: "every request is answered 500",
  moves: ["AWS/ApplicationELB HTTPCode_Target_5XX_Count"],
  inject: (stage) => order(stage, { errorRate: 1 }),
  mend: (stage) => order(stage, {}),
};

export const latency: Fault = {
  name: "every answer takes 800 ms",
  moves: ["AWS/ApplicationELB TargetResponseTime"],
  inject: (stage) => order(stage, { latencyMs: 800 }),
  mend: (stage) => order(stage, {}),
};

async function order({ room }: AlarmStage, fault: Record<string, number>): Promise<void> {
  for (const { id, appPort } of room.ledger.state.servers) {
    const answer = await fetch(`http://127.0.0.1:${appPort}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault),
      signal: AbortSignal.timeout(5_000),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${id} took no fault: it answered ${answer.status}`);
  }
}
