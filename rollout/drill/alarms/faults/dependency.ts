import { circuitsOf } from "../../../platforms/rehearsal/dependencies/circuits.ts";
import { declaredIn } from "../../../platforms/rehearsal/dependencies/declared.ts";
import { orderMood } from "../../../platforms/rehearsal/dependencies/order.ts";
import type { Mood } from "../../../platforms/rehearsal/dependencies/stand-in.ts";
import { until } from "../../../waiting.ts";
import type { Fault } from "../fault.ts";
import type { AlarmStage } from "../stage.ts";

/** Each server is asked for so many quotes a second: only they need what is declared. */
const PER_SECOND = 10;
const ORDER = JSON.stringify({ width: 1200, height: 1400, material: "pvc" });
/** A circuit that is open tries again after 5 s. */
const CLOSED_WITHIN_MS = 30_000;

let requests: NodeJS.Timeout | undefined;

export const dependencyDown: Fault = {
  name: "every service of others is down",
  moves: ["Rollout/App DependencyFailed", "Rollout/App DependencyOpen"],
  inject: async (stage) => {
    await orderAll(stage, "down");
    const ports = stage.room.ledger.state.servers.map(({ appPort }) => appPort);
    requests = setInterval(() => ports.forEach(askForQuote), 1000 / PER_SECOND).unref();
  },
  mend: async (stage) => {
    try {
      await orderAll(stage, "well");
      // Only a request finds out that it is well again.
      await untilClosed(stage);
    } finally {
      clearInterval(requests);
    }
  },
};

async function orderAll({ room }: AlarmStage, mood: Mood): Promise<void> {
  for (const name of Object.keys(declaredIn(room.plan))) await orderMood(room.ledger.state, name, mood);
}

function askForQuote(port: number): void {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: ORDER };
  fetch(`http://127.0.0.1:${port}/quotes`, { ...request, signal: AbortSignal.timeout(5_000) })
    .then((answer) => answer.body?.cancel())
    .catch(() => {});
}

async function untilClosed({ room }: AlarmStage): Promise<void> {
  const areClosed = await until({ everyMs: 200, withinMs: CLOSED_WITHIN_MS }, async () => {
    const circuits = await Promise.all(room.ledger.state.servers.map(circuitsOf));
    return circuits.flatMap((each) => Object.values(each)).every((circuit) => circuit === "closed");
  });
  if (!areClosed) throw new Error("a server's circuit stays open though what it asks is well again");
}
