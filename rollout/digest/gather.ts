import { milliseconds } from "../../infra/settings/duration.ts";
import type { Settings } from "../../infra/settings/settled.ts";
import type { Gathered } from "./digest.ts";
import { asked } from "./fact.ts";
import type { Targets } from "./model.ts";
import { budgetPeriod, type Period, periodBefore } from "./period.ts";
import type { DigestSources } from "./sources.ts";

/** Promised where the plan watches no budget of its own. */
const AVAILABILITY = 0.999;

export function targetsOf({ plan }: Pick<Settings, "plan">): Targets {
  const { burnRate, latency } = plan.gates;
  return {
    availability: burnRate ? burnRate.objective / 100 : AVAILABILITY,
    p95Ms: milliseconds(latency.p95),
  };
}

/** Asks every source; what one can't tell the others still do. */
export async function gather(
  sources: DigestSources,
  about: Pick<Gathered, "stack" | "on" | "period" | "targets">,
): Promise<Gathered> {
  const { period } = about;
  const traffic = ({ from, to }: Pick<Period, "from" | "to">) => asked(() => sources.traffic(from, to));
  const [now, before, month, entries, backups, drills, cost, alarms, flags, waivers] = await Promise.all([
    traffic(period),
    traffic(periodBefore(period)),
    traffic(budgetPeriod(period)),
    asked(() => sources.entries()),
    asked(() => sources.backups()),
    asked(() => sources.drills()),
    asked(() => sources.cost()),
    asked(() => sources.alarms(period.from, period.to)),
    asked(() => sources.flags()),
    asked(() => sources.waivers()),
  ]);
  return { ...about, traffic: now, before, month, entries, backups, drills, cost, alarms, flags, waivers };
}
