import type { Flag } from "../../infra/flags/schema.ts";
import type { FlagDifference } from "./changes.ts";
import type { HistoryEntry } from "./git-history.ts";

/** One line for each flag; those whose time is over say so. */
export function flagsText(flags: ReadonlyMap<string, Flag>, expired: readonly string[]): string {
  if (flags.size === 0) return "no flags\n";
  const lines = [...flags].map(([key, flag]) => {
    const over = expired.includes(key) ? `  EXPIRED: ask ${flag.owner} to remove it` : "";
    return `${flagLine(key, flag)}${over}\n`;
  });
  return lines.join("");
}

export function flagLine(key: string, flag: Flag): string {
  return `${key}: ${forWhom(flag)} (${flag.importance}, ${flag.owner}, until ${flag.until})`;
}

function forWhom({ enabled, tenants, groups, percent }: Flag): string {
  if (!enabled) return "off";
  if ([tenants, groups, percent].every((each) => each === undefined)) return "on for everybody";
  const some = [
    ...(tenants?.length ? [`tenants ${tenants.join(", ")}`] : []),
    ...(groups?.length ? [`groups ${groups.join(", ")}`] : []),
    ...(percent === undefined ? [] : [`${percent} % of tenants`]),
  ];
  return `on for ${some.join(" and ") || "nobody"}`;
}

/** The latest first. */
export function historyText(entries: readonly HistoryEntry[]): string {
  if (entries.length === 0) return "no changes\n";
  return entries
    .map(({ at, by, what, flags }) => {
      const head = [at, by, what].filter((part) => part !== null).join("  ");
      return `${head}\n${flags.map((flag) => `  ${differenceText(flag)}\n`).join("")}`;
    })
    .join("");
}

function differenceText({ key, kind, fields }: FlagDifference): string {
  if (kind !== "changed") return `${key} ${kind}`;
  const changes = fields.map(({ field, from, to }) => `${field} ${shown(from)} -> ${shown(to)}`);
  return `${key}: ${changes.join("; ")}`;
}

function shown(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
