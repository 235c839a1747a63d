import { duration } from "../../view/figures.ts";
import { isUnknown } from "../fact.ts";
import type { Digest } from "../model.ts";
import type { Document, Line, Section } from "./document.ts";
import { operations } from "./operations.ts";
import { section } from "./section.ts";
import { service } from "./service.ts";
import { availabilityText, several, time } from "./text.ts";

/** A digest in words. */
export function documentOf(digest: Digest): Document {
  const { stack, period, on } = digest;
  const where = on === "rehearsal" ? " (rehearsal on one machine)" : "";
  return {
    title: `${stack}: ${period.name === "day" ? "daily" : "weekly"} digest`,
    subtitle: `${time(period.from)} to ${time(period.to)}${where}`,
    summary: summary(digest),
    sections: [...service(digest), ...releases(digest), ...operations(digest)],
  };
}

function summary({ service, targets, budget, releases, backups, restore, flags, waivers }: Digest): Line[] {
  const lines: Line[] = [];
  const availability = isUnknown(service) ? service : service.all.availability;
  const total = isUnknown(service) ? 0 : service.all.requests;
  if (isUnknown(availability))
    lines.push({ text: `Availability: unknown (${availability.unknown})`, tone: "unknown" });
  else {
    const met = availability >= targets.availability;
    lines.push({
      text: `Availability ${availabilityText(availability)}: ${met ? "meets" : "below"} the objective of ${availabilityText(targets.availability)} (${several(total, "request")})`,
      tone: met ? "good" : "bad",
    });
  }
  if (!isUnknown(budget.month) && budget.month.left < 0)
    lines.push({ text: "The error budget of 30 days is spent", tone: "bad" });
  if (!isUnknown(releases)) {
    const back = releases.filter(({ outcome }) => outcome === "rolled-back" || outcome === "stopped").length;
    const text = `${several(releases.length, "release")}${back > 0 ? `, ${back} rolled back or stopped` : ""}`;
    lines.push({ text, tone: back > 0 ? "bad" : "" });
  }
  if (!isUnknown(backups) && backups.late)
    lines.push({ text: "The newest backup is too old, or there is none", tone: "bad" });
  if (!isUnknown(restore) && restore?.outcome !== "passed")
    lines.push({
      text: restore ? `The last restore drill ${restore.outcome}` : "No restore was ever drilled",
      tone: "bad",
    });
  const due =
    (isUnknown(flags) ? 0 : flags.length) +
    (isUnknown(waivers) ? 0 : waivers.filter(({ over }) => over).length);
  if (due > 0)
    lines.push({
      text: `${several(due, "flag or waiver", "flags or waivers")} past the end date`,
      tone: "bad",
    });
  return lines;
}

function releases({ releases, stops }: Digest): Section[] {
  return [
    section("Releases", releases, (list) => ({
      table: {
        head: ["begun", "release", "outcome", "took", "why"],
        rows: list.map(({ begunAt, settledAt, rollout, stable, candidate, phase, outcome, reason }) => ({
          cells: [
            time(begunAt),
            `${rollout} (${stable} to ${candidate}${phase ? `, phase ${phase}` : ""})`,
            outcome,
            settledAt === undefined ? "not over" : duration((settledAt - begunAt) / 1000),
            reason,
          ],
          tone: outcome === "promoted" ? "good" : outcome === "under way" ? "" : "bad",
        })),
      },
    })),
    section("Gates that failed or paused", stops, (list) => ({
      table: {
        head: ["time", "release", "what", "why"],
        rows: list.map(({ at, rollout, kind, reason }) => ({ cells: [time(at), rollout, kind, reason] })),
      },
    })),
  ];
}
