import { type Fact, isUnknown } from "../fact.ts";
import type { Digest, ErrorBudget, RateChange, Served, TrackServed } from "../model.ts";
import type { Line, Section } from "./document.ts";
import { section, unknownLine } from "./section.ts";
import { availabilityText, count, milliseconds, shareText, time } from "./text.ts";

/** How the stack served: availability, errors, latency, budget, and whether that is news. */
export function service({ service, targets, budget, changes, period }: Digest): Section[] {
  const limit = milliseconds(targets.p95Ms);
  return [
    section("Service", service, ({ all, tracks, since }) => ({
      lines: sinceLines(since),
      table: {
        head: ["track", "requests", "availability", "errors", "p50", "p95", "p99", `over ${limit}`],
        rows: [...tracks.map((track) => row(track, targets)), row({ ...all, name: "all tracks" }, targets)],
      },
    })),
    {
      title: `Error budget (objective ${availabilityText(targets.availability)})`,
      lines: [
        budgetLine(`this ${period.name}`, budget.period),
        budgetLine("the last 30 days", budget.month),
        ...(isUnknown(budget.month) ? [] : sinceLines(budget.month.since)),
      ],
    },
    section(`Against the ${period.name} before`, changes, (list) => ({ lines: list.map(changeLine) })),
  ];
}

function row(
  {
    name,
    requests,
    availability,
    errors,
    slow,
    latency,
  }: Served & { name: string; latency?: TrackServed["latency"] },
  targets: Digest["targets"],
) {
  const part = (number: number) =>
    requests > 0 ? `${count(number)} (${shareText(number / requests)})` : "unknown";
  // Of all tracks together there is no percentile: those of the tracks can't be added up.
  const known = latency === undefined || isUnknown(latency) ? undefined : latency;
  const ms = (value: number | undefined) =>
    value !== undefined ? milliseconds(value) : latency === undefined ? "" : "unknown";
  const p95 = known && known.p95 > targets.p95Ms ? `${ms(known.p95)} (too slow)` : ms(known?.p95);
  const missed = !isUnknown(availability) && availability < targets.availability;
  const tone = missed || (known && known.p95 > targets.p95Ms) ? ("bad" as const) : ("" as const);
  return {
    cells: [
      name,
      count(requests),
      isUnknown(availability) ? `unknown (${availability.unknown})` : availabilityText(availability),
      part(errors),
      ms(known?.p50),
      p95,
      ms(known?.p99),
      part(slow),
    ],
    tone,
  };
}

function budgetLine(what: string, budget: Fact<ErrorBudget>): Line {
  if (isUnknown(budget)) return unknownLine(budget.unknown, what);
  const { requests, allowed, spent, left } = budget;
  const text = `${what}: ${count(spent)} of ${allowedText(allowed)} requests that may fail did (of ${count(requests)})`;
  return left < 0
    ? { text: `${text}; overspent by ${shareText(-left)}`, tone: "bad" }
    : { text: `${text}; ${shareText(left)} of the budget is left`, tone: left < 0.25 ? "" : "good" };
}

/** A budget of 0.4 requests is none that can be spent without being overspent. */
function allowedText(allowed: number): string {
  return allowed < 10 ? String(Number(allowed.toPrecision(2))) : count(Math.floor(allowed));
}

function changeLine({ what, before, now, comparison }: RateChange): Line {
  const { p, noise, test, dispersion } = comparison;
  const rates = `${what}: ${shareText(before)} before, ${shareText(now)} now`;
  const bursts = dispersion > 1.05 ? `, bursts counted in (dispersion ${dispersion.toFixed(1)})` : "";
  const why = `${test}, p ${p < 0.001 ? "< 0.001" : `= ${p.toFixed(3)}`}${bursts}`;
  if (noise) return { text: `${rates}. The difference is noise (${why})` };
  const worse = now > before;
  return {
    text: `${rates}. That is ${worse ? "worse" : "better"}, and not by chance (${why})`,
    tone: worse ? "bad" : "good",
  };
}

function sinceLines(since: number | undefined): Line[] {
  return since === undefined
    ? []
    : [{ text: `Figures begin at ${time(since)}: what was before is unknown`, tone: "unknown" }];
}
