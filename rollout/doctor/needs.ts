import { fail, pass } from "../check/finding.ts";
import { ownManifest } from "../init/files.ts";
import { type Need, PURPOSES } from "./row.ts";
import { lookAtCredentials, lookAtDns, lookAtQuotas, lookAtRegion, NO_STACK } from "./rows/aws.ts";
import { lookAtDocker, lookAtGit, lookAtNode, lookAtPackages, lookAtServer } from "./rows/here.ts";
import { lookAtPulumi } from "./rows/pulumi.ts";
import { lookAtSecrets, lookAtState } from "./rows/state.ts";

const server = (name: string): Need => ({
  for: ["rehearsal"],
  look: (patient) => lookAtServer(patient, name),
});

/** All that a machine may need, in the order in which it is told. */
export const NEEDS: Readonly<Record<string, Need>> = {
  node: {
    for: PURPOSES,
    look: (patient) => lookAtNode(patient, (ownManifest().engines as { node: string }).node),
  },
  packages: { for: PURPOSES, look: lookAtPackages },
  config: {
    for: PURPOSES,
    look: ({ stack, mistakes }) => {
      if (stack === undefined) return NO_STACK;
      return mistakes ? fail(mistakes, "rollout explain KEY") : pass(`Pulumi.${stack}.yaml is sound`);
    },
  },
  nginx: server("nginx"),
  haproxy: server("haproxy"),
  redis: server("redis-server"),
  postgres: server("postgres"),
  pgbackrest: server("pgbackrest"),
  git: { for: ["preview"], look: lookAtGit },
  pulumi: { for: ["up", "aws"], look: lookAtPulumi },
  docker: { for: ["up"], look: lookAtDocker },
  state: { for: ["up", "aws"], look: lookAtState },
  secrets: { for: ["up", "aws"], look: lookAtSecrets },
  region: { for: ["up", "aws"], look: lookAtRegion },
  credentials: { for: ["up", "aws"], look: lookAtCredentials },
  dns: { for: ["up"], look: lookAtDns },
  quotas: { for: ["up"], look: lookAtQuotas },
};
