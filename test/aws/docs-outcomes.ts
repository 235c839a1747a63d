import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppConfigClient } from "@aws-sdk/client-appconfig";
import { expect } from "vitest";
import { flagNames } from "../../infra/flags/names.ts";
import { systemClock } from "../../rollout/clock.ts";
import { StackFile } from "../../rollout/config/stack-file.ts";
import { AwsFlags } from "../../rollout/platforms/aws/flags.ts";
import type { JournalEntry } from "../../rollout/platforms/platform.ts";
import type { Typed } from "../rollout/docs-typist.ts";
import type { World } from "./world.ts";

type Outcome = (world: World, typed: Typed) => Promise<void>;

/** What must be so in AWS when the command is done. */
export const OUTCOMES: Record<string, Outcome> = {
  "docs/incident.md: bin/rollout check --stack prod --on aws": failsComeFirst,
  "docs/incident.md: bin/rollout shift blue=100 --stack prod --on aws": allOn("blue"),
  "docs/incident.md: bin/rollout flags off dashboard_charts --stack prod --on aws": flagIsOff,
  "docs/incident.md: bin/rollout maintenance on --stack prod --on aws": maintenanceIs(true),
  "docs/incident.md: bin/rollout maintenance off --stack prod --on aws": maintenanceIs(false),
  "docs/incident.md: bin/rollout digest --stack prod --on aws": digestTells,
  "docs/incident.md: bin/rollout report --stack prod --on aws": pageIsWritten,
  "docs/incident.md: bin/rollout postmortem --stack prod --on aws": async (_, { said }) => {
    expect(said).toContain("green");
  },
  "docs/release.md: bin/rollout promote --stack prod --on aws": hasThreeWords,
  "docs/release.md: bin/rollout status --stack prod --on aws": stableIs("green"),
  "docs/release.md: bin/rollout report --stack prod --on aws": pageIsWritten,
  "docs/restore.md: bin/rollout maintenance on --stack prod --on aws": maintenanceIs(true),
  "docs/restore.md: bin/rollout maintenance off --stack prod --on aws": maintenanceIs(false),
  "docs/rollback.md: bin/rollout status --stack prod --watch --on aws": isTakenBack,
  "docs/rollback.md: bin/rollout shift blue=100 --grow --stack prod --on aws": hasGrown,
  "docs/rollback.md: bin/rollout status --stack prod --on aws": stableIs("blue"),
  "docs/rollback.md: bin/rollout shift blue=100 --restore --stack prod --on aws": allOn("blue"),
};

function allOn(track: string): Outcome {
  return async (world) => {
    const weights = { blue: 0, green: 0, [track]: 100 };
    expect(await world.weights()).toEqual(weights);
    expect(await new StackFile(world.folder, "prod").weights()).toEqual(weights);
  };
}

function stableIs(track: string): Outcome {
  return async (world, typed) => {
    await allOn(track)(world, typed);
    expect(world.config["rollout:stable"]).toBe(track);
  };
}

async function isTakenBack(world: World, typed: Typed): Promise<void> {
  await stableIs("blue")(world, typed);
  expect((await world.journal()).at(-1)).toMatchObject({ kind: "ended", outcome: "rolled-back" });
}

/** One server of green carries half of the traffic. */
async function failsComeFirst(_: World, { said }: Typed): Promise<void> {
  expect(said).toMatch(/^prod \(aws\): \d+ pass, 1 fail, 0 unknown\s+FAIL {4}capacity /);
}

async function hasThreeWords(world: World): Promise<void> {
  const given = (await world.journal()).flatMap((entry) => (entry.kind === "command" ? [entry.command] : []));
  expect(given).toEqual(["pause", "resume", "promote"]);
}

async function hasGrown(world: World, typed: Typed): Promise<void> {
  await allOn("blue")(world, typed);
  expect(typed.said).toContain("asks for 2 servers of blue");
}

/** One resource was brought up, and users are out or in. */
function maintenanceIs(on: boolean): Outcome {
  return async (world) => {
    expect(world.config["rollout:maintenance"]).toBe(on);
    expect(world.ups.at(-1)!.targets).toEqual([expect.stringMatching(/aws:wafv2\/webAcl:WebAcl::prod-waf$/)]);
    expect(await world.userGets()).toBe(on ? 503 : 200);
  };
}

/** What was deployed last differs from what was before in this flag alone. */
async function flagIsOff({ front }: World): Promise<void> {
  const client = new AppConfigClient({ endpoint: front.endpoint });
  const [last] = await new AwsFlags(client, flagNames("prod"), systemClock).history();
  expect(last!.what).toMatch(/^version 2, complete: rollout flags off dashboard_charts, by /);
  const off = expect.objectContaining({ field: "enabled", to: false });
  expect(last!.flags).toEqual([
    { key: "dashboard_charts", kind: "changed", fields: expect.arrayContaining([off]) },
  ]);
}

async function digestTells(world: World, { said }: Typed): Promise<void> {
  const [{ rollout }] = (await world.journal()) as [JournalEntry & { kind: "begin" }];
  expect(said).toContain(rollout);
  expect(said).toContain("prod-green-errors");
}

async function pageIsWritten(world: World, { said }: Typed): Promise<void> {
  // Before it is told on stderr that moto has no log of WebSockets: its page comes all the same.
  const page = said.trim().split("\n").at(-1)!;
  expect(page).toBe(join(world.folder, "rollout-prod.html"));
  const [{ rollout }] = (await world.journal()) as [JournalEntry & { kind: "begin" }];
  expect(readFileSync(page, "utf8")).toContain(rollout);
}
