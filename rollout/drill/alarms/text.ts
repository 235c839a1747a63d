import type { AlarmReport, DrillReport } from "./report.ts";

/** The drill for the terminal: a line for each alarm, what was fed and what can't be raised apart. */
export function drillText(report: DrillReport): string {
  const of = (how: AlarmReport["how"]) => report.alarms.filter((alarm) => alarm.how === how);
  const good = report.alarms.filter(({ passed }) => passed);
  const rules = report.rules.map(({ name, how, by, passed }) =>
    row(passed, name, "", `event ${how} by ${by}: ${passed ? "its notice arrived" : "no notice arrived"}`),
  );
  return [
    `${report.stack}: ${report.passed ? "passed" : "FAILED"}, ${good.length} of ${report.alarms.length} alarms came, went and told whom they should`,
    `${report.seconds} s; ${report.time}`,
    ...section(`raised by a fault (${of("raised").length})`, of("raised").map(line)),
    ...section(`fed, not raised (${of("fed").length})`, of("fed").map(line)),
    ...section(`not raised (${of("not raised").length})`, of("not raised").map(line)),
    ...section("rules that pass events on", rules),
    ...section(
      "what no drill can raise",
      report.unraisable.map(({ name, why }) => `  ${name}: ${why}`),
    ),
    ...section(
      "faults that could not be taken back",
      report.unhealed.map((each) => `  ${each}`),
    ),
    "",
  ].join("\n");
}

function section(title: string, lines: string[]): string[] {
  return lines.length > 0 ? ["", `${title}:`, ...lines] : [];
}

function line(alarm: AlarmReport): string {
  const { periods, noticeOfAlarm } = alarm;
  const after = periods === null ? "" : `after ${periods} period${periods === 1 ? "" : "s"}, `;
  const told = noticeOfAlarm === null ? "tells nobody" : "notices of ALARM and OK arrived";
  return row(alarm.passed, alarm.name, alarm.severity ?? "", `${after}${alarm.why ?? told} (${alarm.by})`);
}

function row(passed: boolean, name: string, severity: string, rest: string): string {
  return `  ${passed ? "pass" : "FAIL"}  ${name.padEnd(32)} ${severity.padEnd(3)} ${rest}`;
}
