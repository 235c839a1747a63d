import { first } from "../../../../infra/sure.ts";
import { systemClock } from "../../../clock.ts";
import type { ServerRecord } from "../../../platforms/rehearsal/machine/state.ts";
import { healthOf } from "../../../platforms/rehearsal/servers/health.ts";
import { keysOf } from "../../../platforms/rehearsal/servers/keys.ts";
import { limitMemory, startApp } from "../app-process.ts";
import { healthOfTrack, heaviestTrack, hostFilesOf, serversOfTrack } from "../ground.ts";
import { inWithin, late, outWithin, PATIENCE, seconds } from "../judge.ts";
import type { Scenario } from "../scenario.ts";
import type { FailStage } from "../stage.ts";
import { type AppUnit, startsAgain, UNIT_FILE, unitIn } from "../unit.ts";

/** The app's leak, in MiB a second. */
const LEAK = 64;
const KILLED_WITHIN = 20;
/** How long the sample app takes to start, in seconds; of another config says it. */
const STARTS_WITHIN = 10;

/** T3: the app takes more memory than it may. */
export const memory: Scenario = {
  name: "memory",
  breaks: "the application of a server reaches its limit of memory",
  expected: [
    {
      name: "ends alone",
      text: "the app's process ends at its limit; the server's nginx and every other server go on",
    },
    {
      name: "restarted",
      text: "it is started again by the server itself, as its captured unit says (Restart, RestartSec)",
    },
    {
      name: "out and in",
      text: "the balancer takes the server out unless it is back before its health checks fail, and has it in again at the end",
    },
  ],
  async play(stage) {
    const { room } = stage;
    const server = first(serversOfTrack(room, heaviestTrack(room)));
    const unit = unitIn(hostFilesOf(room.graph).find(({ path }) => path === UNIT_FILE)?.content ?? "");
    stage.facts.server = server.id;
    const others = othersOf(stage, server);
    await leakToTheLimit(stage, server, unit, others);
    let isOver = false;
    const again = startedAgain(stage, server, unit).finally(() => {
      isOver = true;
    });
    await Promise.all([again, outAndBack(stage, server, () => isOver)]);
  },
};

async function leakToTheLimit(
  stage: FailStage,
  server: ServerRecord,
  unit: AppUnit,
  others: string,
): Promise<void> {
  const { app } = keysOf(server);
  const pid = stage.pid(app);
  if (pid === undefined) throw new Error(`${server.id}'s app doesn't run`);
  await stage.break(
    stage.users.isSample
      ? `${server.id}'s app leaks ${LEAK} MiB a second`
      : `${server.id}'s app is at its limit`,
    async () => {
      if (!stage.users.isSample) {
        stage.facts.limit =
          `the unit's ${unit.memoryMiB} MiB: the process was ended as the kernel ends what reaches it (SIGKILL), ` +
          "as only the sample app can be told to leak";
        return stage.signal(app, "SIGKILL");
      }
      const limit = limitMemory(pid, unit.memoryMiB);
      stage.facts.limit = `${limit} MiB, in place of the unit's ${unit.memoryMiB} MiB: other programs share this machine`;
      await leak(server);
    },
    async () => {
      if (stage.pid(app) === pid) process.kill(pid, "SIGKILL");
      await stage.restart();
    },
  );
  const ended = await stage.until(
    async () => stage.pid(app) !== pid,
    KILLED_WITHIN * PATIENCE,
    stage.brokenAt,
  );
  const now = othersOf(stage, server);
  stage.findings.judge(
    "ends alone",
    [
      ...late("the app's end", ended, KILLED_WITHIN),
      ...(now === others ? [] : [`the other processes were ${others} and are ${now}`]),
    ],
    `after ${seconds(ended ?? 0)} at ${stage.facts.limit}`,
  );
  // From here on it counts: the leak itself is slow on purpose.
  stage.brokenAt = systemClock.now();
}

/** Straight at the app, which takes faults from this machine alone (app/faults.ts). */
async function leak({ id, appPort }: ServerRecord): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${appPort}/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ leakMiB: LEAK }),
    signal: AbortSignal.timeout(5_000),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`${id} took no fault: it answered ${answer.status}`);
}

/** There is no systemd in a rehearsal: its part is played by the unit's own words. */
async function startedAgain(stage: FailStage, server: ServerRecord, unit: AppUnit): Promise<void> {
  if (!startsAgain(unit)) {
    stage.findings.add("restarted", "fail", `${UNIT_FILE} says Restart=${unit.restart}: it stays dead`);
    return;
  }
  await stage.wait(unit.restartSeconds);
  await startApp(stage.room, server);
  const limit = unit.restartSeconds + startsWithin(stage);
  const answers = () => healthOf(stage.room, server);
  const taken = await stage.until(answers, limit * PATIENCE, stage.brokenAt);
  stage.findings.judge(
    "restarted",
    late("healthy again", taken, limit),
    `Restart=${unit.restart}, RestartSec=${unit.restartSeconds}: healthy ${seconds(taken ?? 0)} after its end`,
  );
}

/** @param restarted true when the app was started again, or never will be */
async function outAndBack(stage: FailStage, server: ServerRecord, restarted: () => boolean): Promise<void> {
  const health = healthOfTrack(stage.room, server.track);
  const isIn = async () => {
    const status = (await stage.balancer()).servers[server.id]?.status ?? "";
    if (status.startsWith("DOWN") && stage.figures.detectSeconds === undefined)
      stage.figure("detectSeconds", (systemClock.now() - stage.brokenAt) / 1000);
    // `UP 1/2` is a server whose last check failed.
    return restarted() && status === "UP";
  };
  const limit = outWithin(health) + inWithin(health) + startsWithin(stage);
  const taken = await stage.until(isIn, PATIENCE * limit, stage.brokenAt);
  stage.figure("recoverSeconds", taken);
  const noticed = stage.figures.detectSeconds;
  stage.findings.judge(
    "out and in",
    late("in", taken, limit),
    noticed === undefined
      ? `it was back before ${health.unhealthyAfter} health checks had failed; in after ${seconds(taken ?? 0)}`
      : `out after ${seconds(noticed)}, in after ${seconds(taken ?? 0)}`,
  );
}

function startsWithin({ users, room }: FailStage): number {
  return users.isSample ? STARTS_WITHIN : room.plan.startSeconds;
}

/** Every process of the rehearsal but this server's app. */
function othersOf(stage: FailStage, server: ServerRecord): string {
  const { servers } = stage.room.ledger.state;
  const keys = servers.flatMap((each) => Object.values(keysOf(each)));
  return keys
    .filter((key) => key !== keysOf(server).app)
    .map((key) => `${key} ${stage.pid(key)}`)
    .join(", ");
}
