import { join } from "node:path";
import { flagNames } from "../../../infra/flags/names.ts";
import { withOff } from "../../flags/off.ts";
import type { AwsFlags } from "../../platforms/aws/flags.ts";
import { publish, published, publishedFile } from "../../platforms/rehearsal/flags/published.ts";
import { placeOf } from "../../platforms/rehearsal/machine/state.ts";

/** The stack's flags in AppConfig of the stack's region. */
export async function flagsOnAws(projectDir: string, stack: string): Promise<AwsFlags> {
  const [{ AppConfigClient }, { AwsFlags }, { clientSettings }, { stackSettings }, { systemClock }] =
    await Promise.all([
      import("@aws-sdk/client-appconfig"),
      import("../../platforms/aws/flags.ts"),
      import("../../../infra/aws-client.ts"),
      import("../../config/settings.ts"),
      import("../../clock.ts"),
    ]);
  const { region } = stackSettings(projectDir, stack);
  return new AwsFlags(new AppConfigClient(clientSettings(region)), flagNames(stack), systemClock);
}

/**
 * Turns a flag off in what the rehearsal serves, without another word: the agent reads it at its next answer.
 *
 * @returns undefined when the stack isn't up here
 * @throws {UserError} when there is no such flag
 */
export function serveHere(projectDir: string, stack: string, key: string): { version: number } | undefined {
  const file = publishedFile(placeOf(stack, join(projectDir, ".rehearsal")));
  const now = published(file);
  if (!now) return undefined;
  const { version: _, ...plan } = now;
  const document = JSON.stringify(withOff(JSON.parse(plan.document), key));
  return { version: publish(file, { ...plan, document }) };
}
