import { once } from "../../check/once.ts";
import type { DigestSourceOptions } from "../../digest/sources/common.ts";
import type { DigestSources } from "../../digest/sources.ts";

/** Where a report's facts come from. The AWS SDK is loaded only when it is AWS. */
export async function digestSources(
  on: "aws" | "rehearsal",
  given: Omit<DigestSourceOptions, "graph">,
): Promise<DigestSources> {
  const graph = once(async () => {
    const { captureGraph } = await import("../../graph/capture.ts");
    return captureGraph({ projectDir: given.projectDir, stack: given.stack });
  });
  const common = { ...given, graph };
  if (on === "aws") return (await import("../../digest/sources/aws.ts")).awsSources(common);
  return (await import("../../digest/sources/rehearsal.ts")).rehearsalSources(common);
}
