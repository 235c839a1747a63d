import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/settings.ts";
import { type Tier, tierOf } from "../settings/tier.ts";

/** What every part of a stack is made from. */
export interface Environment {
  stack: string;
  settings: Settings;
  tier: Tier;
  opts: { providers: { aws: aws.Provider } };
}

export function environmentOf(settings: Settings): Environment {
  return {
    stack: settings.stack,
    settings,
    tier: tierOf(settings),
    opts: { providers: { aws: providerOf(settings) } },
  };
}

/** An explicit provider, so that every resource carries the stack's tags and none lands in another region. */
function providerOf({ stack, region, tier }: Settings): aws.Provider {
  return new aws.Provider(stack, {
    region: region as aws.Region,
    defaultTags: { tags: { project: pulumi.getProject(), stack, tier, managedBy: "pulumi" } },
  });
}
