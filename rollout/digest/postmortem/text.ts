import { Redactor } from "../../preview/redact.ts";
import { actsIn, entryText } from "../../view/entry-text.ts";
import { duration } from "../../view/figures.ts";
import { OnceTold } from "../../view/once-told.ts";
import { isUnknown } from "../fact.ts";
import { escaped } from "../render/markdown.ts";
import { count, shareText } from "../render/text.ts";
import { allUsersFor } from "./exposure.ts";
import type { Postmortem } from "./model.ts";

const TODO = "TODO";

/**
 * The skeleton of a post-mortem: what the journal and the figures know for sure, and a TODO wherever a person must say it.
 * Headings as in Google's Site Reliability Engineering, appendix D, "Example Postmortem".
 */
export function postmortemText(postmortem: Postmortem): string {
  const { stack, rollout, begunAt, outcome, stable, candidate, phase } = postmortem;
  const redactor = new Redactor([]);
  const say = (text: string) => escaped(redactor.text(text));
  return `${[
    `# Post-mortem: ${say(rollout)} on ${say(stack)}`,
    [
      `- Date: ${day(begunAt)}`,
      `- Authors: ${TODO}`,
      `- Status: draft, outcome of the rollout: ${outcome}`,
      `- Rollout: ${say(`${stable} to ${candidate}${phase ? `, phase ${phase.name} for ${phase.cohort}` : ""}`)}`,
    ].join("\n"),
    "*Blameless: it is about what the system let happen and how it is to change, not about who did it. Everybody acted for the best with what they knew then.*",
    `## Summary\n\n${TODO}: two sentences for somebody who wasn't there.`,
    `## Impact\n\n${impactLines(postmortem)
      .map((line) => `- ${say(line)}`)
      .join("\n")}\n- What users saw, and what it cost: ${TODO}`,
    `## Root causes\n\n${TODO}`,
    `## Trigger\n\n${TODO}`,
    `## Detection\n\n${detectionLines(postmortem)
      .map((line) => `- ${say(line)}`)
      .join("\n")}`,
    `## Resolution\n\n${recoveryLines(postmortem)
      .map((line) => `- ${say(line)}`)
      .join("\n")}\n- What a person did besides: ${TODO}`,
    `## What the gates saw\n\n${gateTable(postmortem, say)}`,
    `## Action items\n\n| action | type | owner | due | issue |\n| --- | --- | --- | --- | --- |\n${["prevent", "detect", "mitigate"].map((type) => `| ${TODO} | ${type} | ${TODO} | ${TODO} | ${TODO} |`).join("\n")}`,
    `## Lessons learned\n\n### What went well\n\n- ${TODO}\n\n### What went wrong\n\n- ${TODO}\n\n### Where we got lucky\n\n- ${TODO}`,
    `## Timeline (UTC)\n\n${timeline(postmortem, say)}`,
  ].join("\n\n")}\n`;
}

function impactLines({ exposure, impact, candidate, slowMs }: Postmortem): string[] {
  if (exposure.length === 0) return [`No user was on ${candidate}: it never got traffic.`];
  const shares = exposure.map(({ percent, from, to }) => `${percent} % for ${duration((to - from) / 1000)}`);
  const whole = duration(allUsersFor(exposure) / 1000);
  const users = `Users on ${candidate}: ${shares.join(", ")} (weight times time: as all users for ${whole})`;
  if (isUnknown(impact)) return [users, `Requests that failed: unknown (${impact.unknown})`];
  const share = (part: number, requests: number) => (requests > 0 ? shareText(part / requests) : "unknown");
  const failed = impact.tracks.map(
    ({ track, requests, errors, slow }) =>
      `${track} in that time: ${count(errors)} of ${count(requests)} requests failed (${share(errors, requests)}), ${count(slow)} took longer than ${slowMs} ms (${share(slow, requests)})`,
  );
  return [users, ...failed];
}

function detectionLines({ detected, exposure, impact }: Postmortem): string[] {
  if (!detected) return [`The journal has no word against going on. How it was noticed: ${TODO}`];
  const lines = [`${detected.by} said at ${clock(detected.at)}: ${detected.reason}`];
  const first = exposure[0];
  if (first && first.from <= detected.at)
    lines.push(`${duration((detected.at - first.from) / 1000)} after the first user was on it`);
  const failedAt = isUnknown(impact) ? undefined : impact.firstErrorAt;
  // Some requests always fail: the first failure may come before the trouble.
  if (failedAt !== undefined && failedAt <= detected.at)
    lines.push(
      `Time to detect: at most ${duration((detected.at - failedAt) / 1000)}, from the first failed request at ${clock(failedAt)}`,
    );
  else lines.push("Time to detect: unknown (no failed request of the candidate is on record before)");
  return [...lines, `When the trouble began in truth: ${TODO}`];
}

function recoveryLines({ detected, recoveredAt, stable }: Postmortem): string[] {
  if (!detected) return [TODO];
  if (recoveredAt === undefined)
    return [`Time to recover: unknown (the journal doesn't show all traffic on ${stable})`];
  const took = duration((recoveredAt - detected.at) / 1000);
  return [`Time to recover: ${took}; all traffic was read back on ${stable} at ${clock(recoveredAt)}`];
}

function gateTable({ decisions }: Postmortem, say: (text: string) => string): string {
  const rows = decisions.flatMap(({ at, kind, reason, gates }) =>
    gates.length === 0
      ? [[clock(at), kind, "", "", "", reason]]
      : gates.map(({ name, outcome, toFail, toPass, reason: said }) => [
          clock(at),
          kind,
          `${name}: ${outcome}`,
          `${Math.floor(toFail * 100)} %`,
          `${Math.floor(toPass * 100)} %`,
          said,
        ]),
  );
  if (rows.length === 0) return "No gate has decided anything.";
  return table(["time", "decision", "gate", "to fail", "to pass", "said"], rows, say);
}

function timeline({ entries }: Postmortem, say: (text: string) => string): string {
  const acts = actsIn(entries);
  const once = new OnceTold();
  const rows = entries.map((entry) => [
    `${day(entry.at)} ${clock(entry.at)}`,
    once.text(entryText(entry, acts)),
    entry.by,
  ]);
  return table(["time", "what", "by"], rows, say);
}

function table(head: string[], rows: string[][], say: (text: string) => string): string {
  const lines = rows.map((cells) => `| ${cells.map(say).join(" | ")} |`);
  return [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...lines].join("\n");
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
