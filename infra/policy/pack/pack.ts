import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import type { Waiver } from "../judge.ts";
import { packPolicies } from "./policies.ts";

// The engine hands the stack's config to policy packs as it does to the program, which checks its form.
const waivers = new pulumi.Config("rollout").getObject<Waiver[]>("waivers") ?? [];
const inTime = waivers.map((each) => ({ ...each, until: each.until.slice(0, "2026-12-31".length) }));

new PolicyPack("rollout", { policies: packPolicies(inTime, new Date().toISOString().slice(0, 10)) });
