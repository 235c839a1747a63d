import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../../../rollout/core/journal.ts";
import { replay } from "../../../../rollout/core/replay.ts";
import { GithubDeployment } from "../../../../rollout/notify/github/deployment.ts";
import { githubIn } from "../../../../rollout/notify/github/place.ts";
import { BEGUN, baking, promoted, rolledBack } from "../../view/example.ts";
import { described, GithubStandIn, skipped } from "./stand-in.ts";

// Each request is held to GitHub's own description of its API.

const ENV = { GITHUB_TOKEN: "token-1", GITHUB_REPOSITORY: "example/shop", GITHUB_RUN_ID: "77" };

describe.skipIf(!described)(`${skipped}a rollout's deployment on GitHub`, () => {
  let github: GithubStandIn;
  let api: string;
  let said: string[];

  beforeEach(async () => {
    github = new GithubStandIn();
    api = await github.start();
    said = [];
  });
  afterEach(async () => {
    await github.stop();
    expect(github.mistakes).toEqual([]);
  });

  async function deployment(env: NodeJS.ProcessEnv = {}): Promise<GithubDeployment> {
    const place = await githubIn({ ...ENV, GITHUB_API_URL: api, ...env }, async () => "c0ffee");
    const about = { environment: "prod", url: "https://shop.example.com", production: true };
    return new GithubDeployment({ ...place!, ...about, say: (line) => said.push(line), pauses: [1, 1] });
  }

  /** As a run tells it, entry by entry. */
  async function play(entries: readonly JournalEntry[], shown: GithubDeployment, from = 1): Promise<void> {
    for (let length = from; length <= entries.length; length++) {
      shown.see(replay(entries.slice(0, length))!);
      await shown.flush();
    }
  }

  const states = (index = 0) => github.deployments[index]!.statuses.map(({ state }) => state).reverse();

  test("is made once, follows each step, and fails when all traffic is back", async () => {
    await play(rolledBack, await deployment());
    expect(github.deployments).toHaveLength(1);
    const [{ statuses, ...made }] = github.deployments as [(typeof github.deployments)[number]];
    expect(made).toMatchObject({
      ref: "c0ffee",
      environment: "prod",
      task: "rollout",
      payload: { rollout: "green-20261121" },
      production_environment: true,
    });
    expect(statuses.map(({ description }) => description).reverse()).toEqual(
      expect.arrayContaining(["green has 10 % (bake)", "green has 25 % (bake)", "green has 25 %, goes back"]),
    );
    expect(new Set(states().slice(0, -1))).toEqual(new Set(["in_progress"]));
    expect(statuses[0]).toMatchObject({
      state: "failure",
      description: "rolled-back: errors: worse than stable: 5 % </script><b>&",
      environment_url: "https://shop.example.com",
      log_url: "https://github.com/example/shop/actions/runs/77",
    });
    expect(said).toEqual([]);
  });

  test("another run finds it again, and says nothing twice", async () => {
    await play(baking, await deployment());
    const before = states().length;
    await play(rolledBack, await deployment(), baking.length + 1);
    expect(github.deployments).toHaveLength(1);
    expect(states().length).toBeGreaterThan(before);
    expect(states().at(-1)).toBe("failure");
  });

  test("the one before is inactive once nothing leads back to it, and others' deployments are left alone", async () => {
    await play(promoted, await deployment());
    const other = {
      ref: "1",
      environment: "prod",
      task: "deploy",
      payload: {},
      production_environment: true,
      id: 5,
      statuses: [{ state: "success", description: "" }],
    };
    github.deployments.push(other);
    const again = promoted.map(
      (entry): JournalEntry => (entry.kind === "begin" ? { ...entry, rollout: "blue-20261122" } : entry),
    );
    const kept = again.findIndex(({ kind }) => kind === "ended");
    const shown = await deployment();
    await play(again.slice(0, kept), shown);
    // The servers of the one before are there still: a word takes all back to it.
    expect([states(0).at(-1), states(1).at(-1)]).toEqual(["success", "success"]);
    await play(again, shown, kept + 1);
    expect([states(0).at(-1), states(1).at(-1), states(2)]).toEqual(["success", "inactive", ["success"]]);
  });

  test("what GitHub doesn't take at first is told again, and the rollout doesn't wait", async () => {
    github.failing = 2;
    const shown = await deployment();
    shown.see(replay(rolledBack)!);
    await shown.flush();
    expect(states()).toEqual(["failure"]);
    expect(said).toEqual(["example/shop on GitHub isn't told: Bad Gateway"]);
  });

  test("a token that isn't good is said once, without the token", async () => {
    const shown = await deployment({ GITHUB_TOKEN: "bad-token" });
    await play(baking.slice(0, 3), shown);
    expect(said).toEqual(["example/shop on GitHub isn't told: Not Found"]);
    github.mistakes.length = 0;
  });

  test("a long reason is cut to what GitHub takes", async () => {
    const entry = { kind: "stopped", reason: "x".repeat(300), at: BEGUN + 140_000, by: "ann" } as const;
    await play([...baking, entry], await deployment(), baking.length + 1);
    expect(github.deployments[0]!.statuses[0]).toMatchObject({
      state: "in_progress",
      description: expect.stringMatching(/^green has 25 %, stopped: x+\.\.\.$/),
    });
  });
});

describe("where GitHub is", () => {
  const head = async () => "c0ffee";

  test("without a token or a repository it isn't told", async () => {
    expect(await githubIn({}, head)).toBeUndefined();
    expect(await githubIn({ GITHUB_TOKEN: "t" }, head)).toBeUndefined();
    expect(await githubIn({ ...ENV, GITHUB_REPOSITORY: "shop" }, head)).toBeUndefined();
  });

  test("on a runner the commit and the run are GitHub's own words; elsewhere the checkout's commit counts", async () => {
    expect(await githubIn({ ...ENV, GITHUB_SHA: "abc" }, head)).toEqual({
      api: "https://api.github.com",
      token: "token-1",
      owner: "example",
      repo: "shop",
      sha: "abc",
      logUrl: "https://github.com/example/shop/actions/runs/77",
    });
    const { GITHUB_TOKEN, GITHUB_REPOSITORY } = ENV;
    expect(await githubIn({ GITHUB_TOKEN, GITHUB_REPOSITORY }, head)).not.toHaveProperty("logUrl");
  });
});
