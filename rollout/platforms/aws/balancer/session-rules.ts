import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { clientSettings } from "../../../../infra/aws-client.ts";
import { drainingIn, kindOf, patternsOf, sessionsIn } from "../../../../infra/sessions/rules.ts";
import { member } from "../../../../infra/sure.ts";
import type { Weights } from "../../../core/weights.ts";
import { UserError } from "../../../errors.ts";

/** A rule of the listener that reads the browsers' cookies, as the stack's state has it. */
export interface RecordedRule {
  urn: string;
  arn: string;
  track: string;
  patterns: string[];
}

/** The track without weight that keeps its sessions, by the rules as they are. */
export function drainingBy(
  rules: readonly Pick<RecordedRule, "track" | "patterns">[],
  weights: Weights,
): string | undefined {
  return drainingIn(matchesOf(rules), weights);
}

/** What the listener's rules for sessions are to match at these weights, by ARN; the one that never changes isn't among them. */
function rulesFor(
  recorded: readonly RecordedRule[],
  weights: Weights,
  draining: string | undefined,
): Map<string, string[]> {
  const sessions = sessionsIn(matchesOf(recorded));
  if (!sessions) return new Map();
  const wanted = patternsOf({ ...sessions, draining }, weights);
  return new Map(
    recorded.flatMap(({ arn, track, patterns: [pattern = ""] }) => {
      const kind = kindOf(pattern);
      return kind === undefined ? [] : [[arn, member(wanted, track)[kind]]];
    }),
  );
}

function matchesOf(rules: readonly Pick<RecordedRule, "track" | "patterns">[]) {
  return rules.flatMap(({ track, patterns }) => patterns.map((pattern) => ({ track, pattern })));
}

/** The rules that keep browsers with a version (infra/sessions/rules.ts) as the ELB API knows them. */
export class SessionRules {
  readonly #client: ElasticLoadBalancingV2Client;
  readonly #listenerArn: string;

  constructor(region: string, listenerArn: string) {
    this.#client = new ElasticLoadBalancingV2Client(clientSettings(region));
    this.#listenerArn = listenerArn;
  }

  /**
   * Whether the rules fit the weights: else some browsers still go where the weights don't lead.
   *
   * @returns the track without weight that keeps its sessions, if one does
   * @throws {UserError} when they don't fit
   */
  async check(recorded: readonly RecordedRule[], weights: Weights): Promise<string | undefined> {
    if (recorded.length === 0) return undefined;
    const real = await this.#read();
    const draining = drainingBy(
      recorded.map(({ arn, track }) => ({ track, patterns: real.get(arn) ?? [] })),
      weights,
    );
    const [wrong] = wrongIn(real, rulesFor(recorded, weights, draining));
    if (!wrong) return draining;
    const { track } = recorded.find(({ arn }) => arn === wrong.arn) as RecordedRule;
    throw new UserError(
      `a rule of the listener that keeps browsers with ${track} doesn't fit its weights: ${wrong.arn}`,
    );
  }

  /** Each rule that isn't right is set, all at once; nothing drains then. Takes effect in seconds. */
  async set(recorded: readonly RecordedRule[], weights: Weights): Promise<void> {
    if (recorded.length === 0) return;
    const wrong = wrongIn(await this.#read(), rulesFor(recorded, weights, undefined));
    await Promise.all(
      wrong.map(({ arn, patterns }) =>
        this.#client.send(new ModifyRuleCommand({ RuleArn: arn, Conditions: [conditionOf(patterns)] })),
      ),
    );
  }

  /** By ARN, of those that look for expressions. */
  async #read(): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (let Marker: string | undefined, more = true; more; more = Marker !== undefined) {
      const page = await this.#client.send(
        new DescribeRulesCommand({ ListenerArn: this.#listenerArn, ...(Marker && { Marker }) }),
      );
      for (const { RuleArn = "", Conditions: [condition] = [] } of page.Rules ?? []) {
        const patterns = condition?.HttpHeaderConfig?.RegexValues ?? condition?.RegexValues;
        if (patterns && patterns.length > 0) found.set(RuleArn, patterns);
      }
      Marker = page.NextMarker;
    }
    return found;
  }
}

/** Those that match something else, with what they are to match. */
function wrongIn(
  real: ReadonlyMap<string, string[]>,
  wanted: ReadonlyMap<string, string[]>,
): { arn: string; patterns: string[] }[] {
  return [...wanted]
    .filter(([arn, patterns]) => real.get(arn)?.toSorted().join() !== patterns.toSorted().join())
    .map(([arn, patterns]) => ({ arn, patterns }));
}

function conditionOf(patterns: string[]) {
  return {
    Field: "http-header",
    HttpHeaderConfig: { HttpHeaderName: "cookie", RegexValues: patterns },
  };
}
