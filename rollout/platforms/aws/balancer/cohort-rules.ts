import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { clientSettings } from "../../../../infra/aws-client.ts";
import { isCohortPlace } from "../../../../infra/traffic/forward.ts";

/** A cohort's rule of the listener, as the stack's state has it. */
export interface RecordedCohort {
  urn: string;
  arn: string;
  cohort: string;
}

/** One that leads somebody. */
export interface OpenRule {
  arn: string;
  targetGroupArn: string;
}

/** A name that nobody's requests have: it is reserved for that (RFC 2606, section 2). */
const NOBODY = "cohort-closed.invalid";

/** The rules of cohorts as the ELB API knows them: by their places, so that one is found which the state doesn't know yet. */
export class CohortRules {
  readonly #client: ElasticLoadBalancingV2Client;
  readonly #listenerArn: string;

  constructor(region: string, listenerArn: string) {
    this.#client = new ElasticLoadBalancingV2Client(clientSettings(region));
    this.#listenerArn = listenerArn;
  }

  async open(): Promise<OpenRule[]> {
    const found: OpenRule[] = [];
    for (let Marker: string | undefined, more = true; more; more = Marker !== undefined) {
      const page = await this.#client.send(
        new DescribeRulesCommand({ ListenerArn: this.#listenerArn, ...(Marker && { Marker }) }),
      );
      found.push(...(page.Rules ?? []).flatMap(openIn));
      Marker = page.NextMarker;
    }
    return found;
  }

  /** Each matches nobody from then on, in seconds. The next `up` takes the rule away, as the config says by then. */
  async close(): Promise<void> {
    const open = await this.open();
    await Promise.all(
      open.map(({ arn }) =>
        this.#client.send(
          new ModifyRuleCommand({
            RuleArn: arn,
            Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: [NOBODY] } }],
          }),
        ),
      ),
    );
  }
}

function openIn({ RuleArn = "", Priority = "", Conditions = [], Actions = [] }: Rule): OpenRule[] {
  if (!isCohortPlace(Number(Priority))) return [];
  if (Conditions.some(({ HostHeaderConfig }) => HostHeaderConfig?.Values?.includes(NOBODY))) return [];
  const [action] = Actions;
  const targetGroupArn =
    action?.TargetGroupArn ?? action?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? "";
  return [{ arn: RuleArn, targetGroupArn }];
}
