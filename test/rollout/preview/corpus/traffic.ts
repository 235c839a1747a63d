import type { Case } from "./case.ts";

const tracks = (shares: Record<string, number>) => ({
  tracks: Object.fromEntries(Object.entries(shares).map(([name, weight]) => [name, { weight, servers: 1 }])),
});

/** Weights and tracks. */
export const traffic: Case[] = [
  { name: "the next step of the plan", stack: "beta", config: tracks({ blue: 75, green: 25 }), dangers: [] },
  { name: "a step back", stack: "beta", config: tracks({ blue: 95, green: 5 }), dangers: [] },
  { name: "a rollback", stack: "beta", config: tracks({ blue: 100, green: 0 }), dangers: [] },
  {
    name: "two steps at once",
    stack: "beta",
    config: tracks({ blue: 50, green: 50 }),
    dangers: ["weight-jump: beta-https"],
  },
  {
    name: "everything at once",
    stack: "beta",
    config: tracks({ blue: 0, green: 100 }),
    dangers: ["weight-jump: beta-https"],
  },
  {
    name: "everything at once, under the name of stable",
    stack: "beta",
    config: { ...tracks({ blue: 0, green: 100 }), stable: "green" },
    dangers: ["weight-jump: beta-https"],
  },
  {
    name: "everything at once, with a plan that allows it",
    stack: "beta",
    config: { ...tracks({ blue: 0, green: 100 }), plan: { steps: [{ weight: 100, bake: "1h" }], gates: {} } },
    dangers: ["weight-jump: beta-https"],
  },
  {
    name: "a third track without traffic",
    stack: "beta",
    config: tracks({ blue: 90, green: 10, red: 0 }),
    dangers: [],
  },
  {
    name: "a track that carries traffic is deleted",
    stack: "beta",
    config: tracks({ blue: 100 }),
    dangers: ["track-deletion: beta-green"],
  },
  {
    name: "a track without traffic is deleted",
    stack: "prod",
    config: { tracks: { blue: { weight: 100, servers: 2 } } },
    dangers: [],
  },
  {
    name: "the target groups get another port",
    stack: "prod",
    edits: [["infra/servers/track.ts", "port: 443,", "port: 8443,"]],
    dangers: ["track-replacement: prod-blue"],
  },
  {
    name: "a flag for everybody",
    stack: "beta",
    edits: [["flags.beta.yaml", "    groups: [admin]\n    importance", "    importance"]],
    dangers: ["flag-everybody: beta-flags"],
  },
  {
    name: "a flag that was off, for everybody",
    stack: "beta",
    edits: [
      [
        "flags.beta.yaml",
        "    until: 2027-06-30\n    enabled: false",
        "    until: 2027-06-30\n    enabled: true",
      ],
    ],
    dangers: ["flag-everybody: beta-flags"],
  },
  { name: "maintenance on", stack: "beta", config: { maintenance: true }, dangers: [] },
  {
    name: "a cohort is led to the candidate",
    stack: "beta",
    config: { cohorts: { acme: { to: "green", path: ["/acme/*"] } } },
    dangers: [],
  },
  {
    name: "half of the users are led to the candidate at once",
    stack: "beta",
    config: { cohorts: { some: { to: "green", users: { percent: 50 } } } },
    dangers: ["cohort-jump: beta-cohort-some-rule"],
  },
  {
    name: "a cohort is led to a version that comes with it",
    stack: "beta",
    config: { cohorts: { acme: { to: "green", path: ["/acme/*"] } }, limits: { bodyMiB: 20 } },
    dangers: ["cohort-untried: beta-cohort-acme-rule"],
  },
  {
    name: "a cohort is closed",
    stack: "beta",
    before: { cohorts: { acme: { to: "green", path: ["/acme/*"] } } },
    config: { cohorts: { acme: { path: ["/acme/*"] } } },
    dangers: [],
  },
  { name: "stickiness for an hour", stack: "beta", config: { stickiness: "1h" }, dangers: [] },
];
