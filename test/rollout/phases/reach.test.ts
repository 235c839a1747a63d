import { expect, test } from "vitest";
import { parseFlags } from "../../../infra/flags/parse.ts";
import { reachOf } from "../../../rollout/phases/reach.ts";

const common = { description: "x", owner: "product", until: "2027-06-30" };
const flags = parseFlags(
  "flags.beta.yaml",
  JSON.stringify({
    flags: {
      charts: { ...common, enabled: true, tenants: ["acme"] },
      export: { ...common, enabled: false, tenants: ["acme", "globex"] },
      other: { ...common, enabled: true },
    },
  }),
);
const ways = { tracks: ["blue", "green"], flags };

test.each([
  [{ everybody: true as const }, ["everybody: by the weights, as the rollout sets them"]],
  [
    { header: "x-rollout-track: green", cookie: "rollout-track=blue" },
    [
      "header x-rollout-track: green: the balancer's rule for testers takes it to green, whatever the weights",
      "cookie rollout-track=blue: the balancer's rule for testers takes it to blue, whatever the weights",
    ],
  ],
  [
    { header: "x-beta: yes" },
    ["header x-beta: yes: no rule of the balancer goes by it; testers' is x-rollout-track: blue"],
  ],
  [
    { tenants: ["acme", "globex"] },
    [
      "tenants: the flag charts is on for them but globex",
      "tenants: the flag export is off for now, as it isn't enabled, for them",
    ],
  ],
  [{ tenants: ["initech"] }, ["tenants: no flag names them yet; the rule is `tenants: [initech]` at a flag"]],
])("%j", (cohort, lines) => expect(reachOf(cohort, ways)).toEqual(lines));
