import { DescribeDBSnapshotsCommand, RDSClient } from "@aws-sdk/client-rds";
import { expect } from "vitest";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { outputShown } from "./docs-outputs.ts";
import type { DocsWorld, State } from "./docs-world.ts";
import { leaks } from "./leaks.ts";

/** A command that was typed, and what became of its stack. */
export interface Seen {
  world: DocsWorld;
  /** What follows `pulumi`. */
  words: string[];
  said: string;
  stack: string;
  before: State | undefined;
  after: State | undefined;
}

type Outcome = (seen: Seen) => void | Promise<void>;

/** What must have come of a command, by the words that it begins with. */
const OUTCOMES: Record<string, Outcome> = {
  version: () => {}, // whichever it is: it ended well
  login: loggedIn,
  "stack init": made,
  config: configShown,
  "config set": configSet,
  preview: previewed,
  up: broughtUp,
  cancel: cancelled,
  "stack output": outputShown,
  "stack rename": renamed,
  "stack rm": removed,
};

/** @throws {Error} when nobody says what must come of such a command */
export function outcomeOf(words: string[]): Outcome {
  const outcome = OUTCOMES[words.slice(0, 2).join(" ")] ?? OUTCOMES[words[0] ?? ""];
  if (!outcome) throw new Error(`nobody says what must come of pulumi ${words.join(" ")}`);
  return outcome;
}

function loggedIn({ said, words }: Seen): void {
  expect(said).toContain("Logged in to");
  expect(said).toContain(`(${words[1]})`);
}

/** The stack is in the bucket, and its file says what opens its secrets. */
async function made({ world, words, stack, before, after }: Seen): Promise<void> {
  expect([before, after?.resources]).toEqual([undefined, []]);
  const asked = words.find((word) => word.startsWith("--secrets-provider="))?.split(/=(.*)/)[1];
  expect(await world.file(stack)).toMatchObject({ secretsprovider: asked, encryptedkey: expect.any(String) });
}

/** No more than a lock goes; test/engine/interrupted.test.ts has one to be taken away. */
function cancelled({ words, said, before, after }: Seen): void {
  expect(said).toContain(`'${words[1]}' has been canceled`);
  expect(after).toEqual(before);
}

/** Its config stays: without it nobody could make it again. */
async function removed({ world, stack, before, after }: Seen): Promise<void> {
  expect([before?.resources, after]).toEqual([[], undefined]);
  expect((await world.file(stack)).config).toHaveProperty("rollout:domain");
}

/** What was up is under the other name: test/engine/named.test.ts goes on from there. */
function renamed({ words, said, before, after }: Seen): void {
  expect(before?.resources.length).toBeGreaterThan(0);
  expect(after).toBeUndefined();
  expect(said).toContain(words[2]);
}

async function configShown({ world, stack, said }: Seen): Promise<void> {
  const { config } = await world.file(stack);
  const shown = said.split("\n").map((line) => line.split(" ")[0]);
  expect(shown).toEqual(
    expect.arrayContaining(Object.keys(config).map((key) => key.replace(/^rollout:/, ""))),
  );
}

async function configSet({ world, words, stack }: Seen): Promise<void> {
  const isSecret = words.includes("--secret");
  const [path = "", value] = isSecret ? words.slice(-1) : words.slice(-2);
  const [key = "", ...rest] = words.includes("--path") ? path.split(".") : [path];
  const { config } = await world.file(stack);
  const held = rest.reduce<unknown>((each, name) => (each as Record<string, unknown>)[name], config[key]);
  if (isSecret) expect(held).toEqual({ secure: expect.stringMatching(/^v1:/) });
  else expect(String(held)).toBe(value);
}

/** A stack that isn't up is to be created, one that is stays: nothing of it goes. */
async function previewed({ world, stack, said, words, before, after }: Seen): Promise<void> {
  expect(after).toEqual(before);
  const { create = 0, delete: gone = 0, replace = 0, update = 0, unchanged = 0 } = figuresOf(said);
  if (!before?.resources.length) expect([create > 0, update, unchanged]).toEqual([true, 0, 0]);
  else expect([create, unchanged > 0]).toEqual([0, true]);
  // Of an upgrade only the parameter group, whose family follows the version.
  expect([gone, replace]).toEqual([0, (await upgradeOf(world, stack, before)) ? 1 : 0]);
  if (words.includes("--policy-pack"))
    expect(said).toContain(`(local: ${words[words.indexOf("--policy-pack") + 1]})`);
}

/** `    + 211 to create` or `    210 unchanged`, at the end of a preview. */
function figuresOf(said: string): Record<string, number> {
  const lines = said.slice(said.lastIndexOf("Resources:")).matchAll(/(\d+) (?:to )?(\w+)/g);
  return Object.fromEntries([...lines].map(([, count, what]) => [what, Number(count)]));
}

/** All that the program registers is there, or what the README says of other weights: the HTTPS listener changes. */
async function broughtUp({ world, stack, before, after }: Seen): Promise<void> {
  const state = after!;
  const version = await upgradeOf(world, stack, before);
  if (before && version) {
    expect(changed(before, state).map((urn) => urn.split("$").at(-1))).toEqual(
      expect.arrayContaining([
        `aws:rds/parameterGroup:ParameterGroup::${stack}-database`,
        `aws:rds/instance:Instance::${stack}-database`,
      ]),
    );
    const { DBSnapshots = [] } = await new RDSClient({}).send(new DescribeDBSnapshotsCommand({}));
    const taken = new RegExp(`^${stack}-database-before-${version}-\\d{12}$`);
    expect(DBSnapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier)).toContainEqual(
      expect.stringMatching(taken),
    );
  } else if (before?.resources.length)
    expect(changed(before, state).map((urn) => urn.split("$").at(-1))).toEqual([
      `aws:lb/listener:Listener::${stack}-https`,
      // What keeps a share of the users to a track, where its weight is below a half.
      ...Object.keys((await world.file(stack)).config["rollout:tracks"] as object)
        .map((track) => `aws:lb/listenerRule:ListenerRule::${stack}-${track}-bucket`)
        .filter((rule) => changed(before, state).some((urn) => urn.endsWith(rule))),
    ]);
  else expect(urnsOf(state)).toEqual(expect.arrayContaining(await programOf(world, stack)));
  expect(leaks(state.text)).toEqual([]);
}

/** The major version that the config asks for, where the database has another. */
async function upgradeOf(world: DocsWorld, stack: string, state?: State): Promise<number | undefined> {
  const { version } = ((await world.file(stack)).config["rollout:database"] ?? {}) as { version?: number };
  const database = state?.resources.find(({ urn }) => urn.includes("aws:rds/instance:Instance::"));
  const runs = database?.outputs?.engineVersion;
  return version !== undefined && runs !== undefined && runs !== String(version) ? version : undefined;
}

/** What Pulumi did anything to. The inputs don't tell: a secret among them is encrypted anew at each update. */
function changed(before: State, after: State): string[] {
  const at = ({ resources }: State) => new Map(resources.map(({ urn, modified }) => [urn, modified]));
  const [old, now] = [at(before), at(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((urn) => old.get(urn) !== now.get(urn));
}

function urnsOf({ resources }: State): string[] {
  return resources.map(({ urn }) => urn);
}

async function programOf({ engine }: DocsWorld, stack: string): Promise<string[]> {
  const { resources } = await captureGraph({ projectDir: engine.project, stack });
  return resources.map(({ urn }) => urn);
}
