import { duration } from "../../view/figures.ts";
import { isUnknown } from "../fact.ts";
import type { BackupReport, Digest, Drill } from "../model.ts";
import type { Line, Section } from "./document.ts";
import { section, unknownLine } from "./section.ts";
import { several, shareText, time, usd } from "./text.ts";

/** What keeps the stack alive: alarms, backups, drills, money, and promises that ran out. */
export function operations(digest: Digest): Section[] {
  const { alarms, drills, cost, waivers, flags } = digest;
  return [
    section("Alarms", alarms, (list) => ({
      table: {
        head: ["time", "alarm", "from", "to"],
        rows: list.map(({ at, alarm, from, to }) => ({
          cells: [time(at), alarm, from, to],
          tone: to === "ALARM" ? "bad" : to === "OK" ? "good" : "unknown",
        })),
      },
    })),
    backupSection(digest),
    section("Drills", drills, (list) => ({
      table: { head: ["ended", "drill", "outcome", "measured", "amiss"], rows: list.map(drillRow) },
    })),
    section("Cost", cost, ({ monthlyUsd, budgetUsd, unpriced, source }) => {
      const over = monthlyUsd > budgetUsd;
      const least = unpriced.length > 0 ? "at least " : "";
      const text = `${least}${usd(monthlyUsd)} a month of a budget of ${usd(budgetUsd)} (${shareText(monthlyUsd / budgetUsd)})`;
      return {
        lines: [
          { text, tone: over ? "bad" : unpriced.length > 0 ? "" : "good" },
          ...(unpriced.length > 0 ? [unknownLine(unpriced.join(", "), "price")] : []),
          source,
        ],
      };
    }),
    section("Open waivers", waivers, (list) => ({
      table: {
        head: ["policy", "resource", "until", "why"],
        rows: list.map(({ policy, resource, until, reason, over }) => ({
          cells: [policy, resource, over ? `${until} (over)` : until, reason],
          tone: over ? "bad" : "",
        })),
      },
    })),
    section("Flags past their end date", flags, (list) => ({
      table: {
        head: ["flag", "until", "ask"],
        rows: list.map(({ key, until, owner }) => ({ cells: [key, until, owner], tone: "bad" })),
      },
    })),
  ];
}

function backupSection({ backups, restore, period }: Digest): Section {
  const lines: Line[] = isUnknown(backups)
    ? [unknownLine(backups.unknown, "backups")]
    : backupLines(backups, period.name);
  if (isUnknown(restore)) lines.push(unknownLine(restore.unknown, "last restore drill"));
  else if (!restore) lines.push({ text: "No restore was ever drilled: rollout drill restore", tone: "bad" });
  else {
    const { rtoSeconds, rpoSeconds } = restore.figures;
    const took = (name: string, seconds: number | undefined) =>
      `${name} ${seconds === undefined ? "unknown" : duration(seconds)}`;
    lines.push({
      text: `Last restore drill: ${restore.outcome} at ${time(restore.at)} (${restore.id}), ${took("RTO", rtoSeconds)}, ${took("RPO", rpoSeconds)}`,
      tone: restore.outcome === "passed" ? "good" : "bad",
    });
  }
  return { title: "Backups", lines };
}

function backupLines({ taken, kept, everyHours, last, late }: BackupReport, period: string): Line[] {
  const counts = `${several(taken, "backup")} taken this ${period}, ${kept} kept; one is due every ${everyHours} h`;
  if (!last) return [{ text: counts }, { text: "There is no backup", tone: "bad" }];
  const text = `The last, ${last.id}, holds ${time(last.at)} and is ${duration(last.ageMs / 1000)} old`;
  return [{ text: counts }, { text: late ? `${text}: too old` : text, tone: late ? "bad" : "good" }];
}

function drillRow({ at, id, outcome, figures, amiss }: Drill) {
  const measured = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value * 100) / 100}`);
  return {
    cells: [time(at), id, outcome, measured.join(", "), amiss.join("; ")],
    tone:
      outcome === "passed"
        ? ("good" as const)
        : outcome === "failed"
          ? ("bad" as const)
          : ("unknown" as const),
  };
}
