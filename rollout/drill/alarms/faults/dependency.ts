import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { circuitsOf } from "../../../platforms/rehearsal/dependencies/circuits.ts";
import { declaredIn } from "../../../platforms/rehearsal/dependencies/declared.ts";
import { orderMood } from "../../../platforms/rehearsal/dependencies/order.ts";
import type { Mood } from "../../../platforms/rehearsal/dependencies/stand-in.ts";
import { until } from "../../../waiting.ts";
import { shotsOf } from "../../users.ts";
import type { Fault } from "../fault.ts";
import type { AlarmStage } from "../stage.ts";

/** Each track is asked so often a second by what its users do. */
const PER_SECOND = 10;
/** A circuit that is open tries again after 5 s. */
const CLOSED_WITHIN_MS = 30_000;
/** What an app prints that counts what it asks of others (docs/your-app.md). */
const COUNTED = "DependencyFailed";

let requests: NodeJS.Timeout | undefined;

export const dependencyDown: Fault = {
  name: "every service of others is down",
  moves: ["Rollout/App DependencyFailed", "Rollout/App DependencyOpen"],
  impossible: (stage) =>
    stage.users.isSample || counts(stage)
      ? undefined
      : `the app has never printed ${COUNTED}: only one that counts what it asks of others can raise it`,
  inject: async (stage) => {
    await orderAll(stage, "down");
    const shots = shotsOf(stage.users);
    const tracks = stage.room.plan.tracks.map(({ name }) => name);
    const ask = () => {
      for (const track of tracks)
        void (stage.users.isSample ? stage.traffic.quote(track) : stage.traffic.user(shots.next(), track));
    };
    requests = setInterval(ask, 1000 / PER_SECOND).unref();
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

function counts({ room }: AlarmStage): boolean {
  const { logs } = room.ledger.place;
  return readdirSync(logs)
    .filter((name) => name.endsWith(".app.log"))
    .some((name) => readFileSync(join(logs, name), "utf8").includes(COUNTED));
}

async function orderAll({ room }: AlarmStage, mood: Mood): Promise<void> {
  for (const name of Object.keys(declaredIn(room.plan))) await orderMood(room.ledger.state, name, mood);
}

async function untilClosed({ room, users }: AlarmStage): Promise<void> {
  const areClosed = await until({ everyMs: 200, withinMs: CLOSED_WITHIN_MS }, async () => {
    const circuits = await Promise.all(
      room.ledger.state.servers.map((each) => circuitsOf(each, users.healthPath)),
    );
    return circuits.flatMap((each) => Object.values(each)).every((circuit) => circuit === "closed");
  });
  if (!areClosed) throw new Error("a server's circuit stays open though what it asks is well again");
}
