import { stackSettings } from "./config/settings.ts";
import { captureGraph } from "./graph/capture.ts";
import { checkPolicies, waiversOf } from "./preview/policies.ts";

export { stacksOf } from "./graph/stacks.ts";

/**
 * What is wrong with a stack's config, a line each; none when it is sound.
 *
 * @param projectDir the folder of Pulumi.yaml
 */
export function configMistakes(projectDir: string, stack: string): string[] {
  try {
    stackSettings(projectDir, stack);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
}

/**
 * What is wrong with what a stack registers, the team's own resources too: policies that are broken, waivers that have ended
 * and those that nothing needs. A line each.
 *
 * @throws {Error} when its program fails
 */
export async function policyMistakes(projectDir: string, stack: string): Promise<string[]> {
  const graph = await captureGraph({ projectDir, stack });
  const today = new Date().toISOString().slice(0, 10);
  const { violations, expired, unused } = checkPolicies(graph, waiversOf(graph), today);
  return [
    ...violations.map(({ policy, resource, found }) => `${resource}: ${found} (policy ${policy})`),
    ...expired.map(
      ({ policy, resource, until }) => `the waiver of ${policy} for ${resource} ended on ${until}`,
    ),
    ...unused.map(({ policy, resource }) => `nothing needs the waiver of ${policy} for ${resource}`),
  ];
}
