import { alarmPolicies } from "./alarms.ts";
import { balancerPolicies } from "./balancer.ts";
import { cachePolicies } from "./cache.ts";
import { databasePolicies } from "./database.ts";
import { iamPolicies } from "./iam.ts";
import { networkPolicies } from "./network.ts";
import type { Policy } from "./policy.ts";
import { secretPolicies } from "./secrets.ts";
import { serverPolicies } from "./servers.ts";
import { storagePolicies } from "./storage.ts";

/** The rules that every environment must meet. */
export const POLICIES: readonly Policy[] = [
  ...networkPolicies,
  ...balancerPolicies,
  ...serverPolicies,
  ...databasePolicies,
  ...cachePolicies,
  ...storagePolicies,
  ...secretPolicies,
  ...iamPolicies,
  ...alarmPolicies,
];

export const POLICY_IDS: ReadonlySet<string> = new Set(POLICIES.map(({ id }) => id));
