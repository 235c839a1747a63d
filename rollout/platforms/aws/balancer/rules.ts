import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type Rule,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { clientSettings } from "../../../../infra/aws-client.ts";

/** The rules of a listener as the ELB API knows them. */
export class ListenerRules {
  readonly #client: ElasticLoadBalancingV2Client;
  readonly #listenerArn: string;

  constructor(region: string, listenerArn: string) {
    this.#client = new ElasticLoadBalancingV2Client(clientSettings(region));
    this.#listenerArn = listenerArn;
  }

  async read(): Promise<Rule[]> {
    const found: Rule[] = [];
    for (let Marker: string | undefined, more = true; more; more = Marker !== undefined) {
      const page = await this.#client.send(
        new DescribeRulesCommand({ ListenerArn: this.#listenerArn, ...(Marker && { Marker }) }),
      );
      found.push(...(page.Rules ?? []));
      Marker = page.NextMarker;
    }
    return found;
  }

  /** Takes effect in seconds. */
  async set(conditions: ReadonlyMap<string, RuleCondition[]>): Promise<void> {
    await Promise.all(
      [...conditions].map(([RuleArn, Conditions]) =>
        this.#client.send(new ModifyRuleCommand({ RuleArn, Conditions })),
      ),
    );
  }
}
