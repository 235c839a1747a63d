import { first } from "../../../infra/sure.ts";
import { systemClock } from "../../clock.ts";
import type { ServerRecord } from "../../platforms/rehearsal/machine/state.ts";
import { healthOfTrack, shareWithout } from "./ground.ts";
import {
  goesOn,
  inWithin,
  late,
  outWithin,
  PATIENCE,
  REFUSED_WITHIN,
  seconds,
  silentOutWithin,
} from "./judge.ts";
import type { Expectation } from "./scenario.ts";
import type { FailStage } from "./stage.ts";

/** What is expected whenever servers are gone for the balancer. */
export const OUT_AND_IN: readonly Expectation[] = [
  {
    name: "out",
    text: "the balancer sends them nothing any more, within its health check's interval x failures + timeout",
  },
  {
    name: "goes on",
    text:
      "after that no request is lost that another server of the track can answer; a track whose servers are all out is tried " +
      "all the same, as by an ALB, and no more than its share is lost",
  },
  { name: "in", text: "once back they get requests again, without anybody's help" },
];

/** How long the load is watched once the balancer has noticed, in seconds. */
const WATCHED = 3;

interface Fault {
  what: string;
  inject: () => Promise<void>;
  mend: () => Promise<void>;
  /** Whether connections hang, in place of being refused. */
  silent?: boolean;
}

/** Takes servers away from the balancer, and looks at what becomes of the requests until they are back. */
export async function outAndIn(
  stage: FailStage,
  servers: readonly ServerRecord[],
  fault: Fault,
): Promise<void> {
  const { room, findings } = stage;
  const ids = servers.map(({ id }) => id);
  const health = healthOfTrack(room, first(servers).track);
  const limit = fault.silent ? silentOutWithin(health) : outWithin(health);
  const refusedWithin = fault.silent ? REFUSED_WITHIN.silent : REFUSED_WITHIN.gone;
  const deadShare = shareWithout(room, servers);
  stage.facts.servers = ids.join(", ");
  const all = (state: RegExp) => async () => {
    const view = await stage.balancer();
    return ids.every((id) => state.test(view.servers[id]?.status ?? ""));
  };

  await stage.break(fault.what, fault.inject, fault.mend);
  const out = await stage.until(all(/^DOWN/), PATIENCE * limit, stage.brokenAt);
  stage.figure("detectSeconds", out);
  findings.judge("out", late("out", out, limit), `after ${seconds(out ?? 0)}, expected within ${limit} s`);
  const noticed = systemClock.now();
  await stage.wait(WATCHED);
  const watched = systemClock.now();
  // Those that were due meanwhile may still wait for their refusal.
  if (deadShare > 0 && fault.silent) await stage.wait(refusedWithin);
  const fates = stage.traffic.between(noticed, watched);
  const lost = fates.filter((fate) => fate.lost).length;
  findings.judge("goes on", goesOn(fates, deadShare, refusedWithin), goingOn(lost, fates.length, deadShare));

  await stage.mend();
  const mended = systemClock.now();
  const back = await stage.until(all(/^UP/), PATIENCE * inWithin(health), mended);
  stage.figure("recoverSeconds", back);
  findings.judge(
    "in",
    late("in", back, inWithin(health)),
    `${seconds(back ?? 0)} after they were back, expected within ${inWithin(health)} s`,
  );
}

function goingOn(lost: number, requests: number, deadShare: number): string {
  const percent = Math.round(100 * deadShare);
  if (deadShare === 0) return `${lost} of ${requests} requests lost: the other servers answer`;
  const which =
    deadShare === 1 ? "the whole service is lost" : `${percent} % of the traffic has no server left`;
  return `${which}, as expected of so few servers: ${lost} of ${requests} requests refused`;
}
