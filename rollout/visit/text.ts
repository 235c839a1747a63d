import type { AppProcess, WrittenLine } from "./visited.ts";

/** A line as people read it: when, who, what. What follows a line break in it is of the same writer. */
export function lineText({ at, server, track, process, text }: WrittenLine): string {
  const who = server.startsWith(track) ? server : `${track} ${server}`;
  const begin = `${new Date(at).toISOString().slice(0, 19)}Z ${who} ${process} | `;
  return text
    .split(/\r?\n/)
    .map((each) => begin + each)
    .join("\n");
}

const HEAD = ["process", "track", "server", "version", "state", "since"];

export function processesText(processes: readonly AppProcess[], now: number): string {
  if (processes.length === 0) return "nothing runs";
  const rows = processes.map(({ process, track, server, version, state, since }) => [
    process,
    track,
    server,
    version ?? "unknown",
    state,
    since === undefined
      ? "unknown"
      : `${new Date(since).toISOString().slice(0, 19)}Z (${ageText(now - since)})`,
  ]);
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** In the largest unit of which there are two at least. */
export function ageText(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
  ] as const;
  const unit = units.find(([, size]) => ms >= 2 * size);
  return unit ? `${Math.floor(ms / unit[1])} ${unit[0]}` : `${Math.max(0, Math.floor(ms / 1000))} s`;
}
