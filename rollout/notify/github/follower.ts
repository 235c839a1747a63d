import type { Settings } from "../../../infra/settings/settled.ts";
import type { RolloutState } from "../../core/state.ts";
import { commitOf, gitIn } from "../../preview/revision/git.ts";
import { githubIn } from "./place.ts";

/** Who is shown how a rollout goes. */
export interface Follower {
  see(state: RolloutState): void;
  flush(): Promise<void>;
}

export interface Followed {
  platform: { kind: "rehearsal" | "aws" };
  stack: string;
  settings: Pick<Settings, "domain" | "tier">;
  projectDir: string;
  say: (line: string) => void;
}

/**
 * GitHub, where the environment names a token and a repository; a rehearsal is nothing that is deployed. What asks GitHub is
 * loaded only then.
 */
export async function followerOf(
  { platform, stack, settings, projectDir, say }: Followed,
  env = process.env,
): Promise<Follower | undefined> {
  if (platform.kind !== "aws") return undefined;
  const place = await githubIn(env, () => commitOf(gitIn(projectDir), "HEAD"));
  if (!place) return undefined;
  const { GithubDeployment } = await import("./deployment.ts");
  return new GithubDeployment({
    ...place,
    environment: stack,
    url: `https://${settings.domain}`,
    production: settings.tier === "prod",
    say,
  });
}
