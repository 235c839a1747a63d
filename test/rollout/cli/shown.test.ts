import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { drive } from "../../../rollout/cli/rollout/drive.ts";
import { stackSettings } from "../../../rollout/config/settings.ts";
import type { Weights } from "../../../rollout/core/weights.ts";
import { sampleProject } from "../../support/sample.ts";
import { simulatedPlatform } from "../../support/simulated-platform.ts";
import { planFor } from "../../support/simulated-run.ts";
import { Life, World } from "../../support/simulated-world.ts";
import { described, GithubStandIn, skipped } from "../notify/github/stand-in.ts";

// What a run shows while it drives a rollout on AWS: its deployment on GitHub, and its weights on the dashboard.

const settings = stackSettings(sampleProject(), "beta");
const begin = {
  rollout: "r1",
  stable: "blue",
  candidate: "green",
  plan: planFor([
    { weight: 10, bake: 100 },
    { weight: 100, bake: 100 },
  ]),
};
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shown-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function driven(on: "aws" | "rehearsal") {
  const life = new Life(new World({ now: Date.now() }));
  const shown: Weights[] = [];
  const showWeights = async (weights: Weights) => void shown.push(weights);
  const platform = { ...simulatedPlatform(life), kind: on, showWeights };
  const result = await drive(
    {
      ...{ platform, settings, stack: "beta", json: false, projectDir: sampleProject(), say: () => {} },
      noticesFile: join(folder, "notices.ndjson"),
    },
    { begin, clock: life.clock },
  );
  return { result, shown };
}

test("each weight that is read back is shown, and again each minute", async () => {
  const { result, shown } = await driven("aws");
  expect(result.outcome).toBe("promoted");
  const shares = shown.map(({ green = 0 }) => green);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(new Set(shares)).toEqual(new Set([0, 10, 100]));
  for (const share of [10, 100]) expect(shares.filter((each) => each === share).length).toBeGreaterThan(1);
});

describe.skipIf(!described)(`${skipped}on GitHub`, () => {
  let github: GithubStandIn;
  beforeEach(async () => {
    github = new GithubStandIn();
    vi.stubEnv("GITHUB_API_URL", await github.start());
    vi.stubEnv("GITHUB_TOKEN", "token-1");
    vi.stubEnv("GITHUB_REPOSITORY", "example/shop");
    vi.stubEnv("GITHUB_SHA", "c0ffee");
  });
  afterEach(async () => {
    await github.stop();
    expect(github.mistakes).toEqual([]);
  });

  test("a rollout on AWS is a deployment of its stack's environment, told to its end before the run ends", async () => {
    const { result } = await driven("aws");
    const [deployment, ...others] = github.deployments;
    expect(others).toEqual([]);
    expect(deployment).toMatchObject({ ref: "c0ffee", environment: "beta", payload: { rollout: "r1" } });
    expect(result.outcome).toBe("promoted");
    expect(deployment!.statuses[0]).toMatchObject({
      state: "success",
      environment_url: `https://${settings.domain}`,
    });
  });

  test("a rehearsal is nothing that is deployed", async () => {
    await driven("rehearsal");
    expect(github.asked).toEqual([]);
  });
});
