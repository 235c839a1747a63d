import type { Case } from "./case.ts";

/** Everyday changes: a word about any of them would teach reviewers not to read. */
export const harmless: Case[] = [
  {
    name: "a larger database",
    stack: "beta",
    config: { "database.instanceClass": "db.t4g.medium" },
    dangers: [],
  },
  { name: "a larger cache", stack: "prod", config: { "cache.nodeType": "cache.t4g.medium" }, dangers: [] },
  { name: "more storage", stack: "prod", config: { "database.storageGiB": 200 }, dangers: [] },
  { name: "larger servers", stack: "beta", config: { "server.instanceType": "t3.large" }, dangers: [] },
  {
    name: "more servers",
    stack: "prod",
    config: { tracks: { blue: { weight: 100, servers: 3 }, green: { weight: 0, servers: 2 } } },
    dangers: [],
  },
  { name: "a standby of the database", stack: "beta", config: { "database.multiAz": true }, dangers: [] },
  {
    name: "backups every two hours, kept for longer",
    stack: "beta",
    config: { database: { backupEveryHours: 2, backupRetentionDays: 60 } },
    dangers: [],
  },
  {
    name: "a controller of the stack's own",
    stack: "beta",
    config: { controller: { in: "stack" } },
    dangers: [],
  },
  { name: "another name of the app", stack: "beta", config: { "app.name": "Quotes" }, dangers: [] },
  {
    name: "a variable of the app",
    stack: "beta",
    config: { "app.environment": { FEATURE_CHARTS: "on", KEYBOARD: "es" } },
    dangers: [],
  },
  {
    name: "a folder that the app may write to, more room in /tmp and a user of its own",
    stack: "beta",
    config: { app: { writable: ["/app/cache"], tmpMiB: 256, user: "app" } },
    dangers: [],
  },
  { name: "a larger budget", stack: "prod", config: { "budget.monthlyUsd": 1200 }, dangers: [] },
  {
    name: "a new image",
    stack: "beta",
    config: {
      tracks: {
        blue: { weight: 90, servers: 1 },
        green: { weight: 10, servers: 1, image: `registry.example.com/app@sha256:${"ab".repeat(32)}` },
      },
    },
    dangers: [],
  },
  { name: "more requests a minute", stack: "beta", config: { "limits.requestsPerMinute": 200 }, dangers: [] },
  {
    name: "another freeze",
    stack: "prod",
    config: { "plan.freeze": ["Thu 16:00 - Mon 08:00 Europe/Madrid"] },
    dangers: [],
  },
  {
    name: "another eviction policy",
    stack: "beta",
    config: { "cache.evictionPolicy": "allkeys-lru" },
    dangers: [],
  },
  {
    name: "another word in an alarm",
    stack: "beta",
    edits: [["infra/alarms/track.ts", "else look at the database's", "or look at the database's"]],
    dangers: [],
  },
  {
    name: "a flag for another group",
    stack: "beta",
    edits: [["flags.beta.yaml", "groups: [admin]\n", "groups: [admin, pilots]\n"]],
    dangers: [],
  },
  {
    name: "a flag for a tenth of the tenants",
    stack: "beta",
    edits: [["flags.beta.yaml", "    groups: [admin]\n    importance", "    percent: 10\n    importance"]],
    dangers: [],
  },
  {
    name: "a flag goes off",
    stack: "beta",
    edits: [["flags.beta.yaml", "enabled: true\n    groups", "enabled: false\n    groups"]],
    dangers: [],
  },
  {
    name: "a comment",
    stack: "beta",
    edits: [["infra/parts/stores.ts", "/** A stack's name as", "/** The stack's name as"]],
    dangers: [],
  },
];
