import { Misuse } from "../errors.ts";
import type { Link } from "./slack.ts";

/**
 * Where a message's buttons lead: the pages that the environment names, the run of GitHub's that tells, which has its live
 * log and the report, and the stack's dashboard.
 *
 * @throws {Misuse} for what is no address; the text isn't repeated, it may hold a secret
 */
export function linksIn(env: NodeJS.ProcessEnv, dashboard: string | undefined): Link[] {
  const { ROLLOUT_LINKS: named = "", GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = env;
  const run = env.GITHUB_RUN_ID;
  return [
    ...named.split(/\s+/).filter(Boolean).map(linkOf),
    ...(server && repository && run
      ? [{ text: "This run, and its report", url: `${server}/${repository}/actions/runs/${run}` }]
      : []),
    ...(dashboard ? [{ text: "Dashboard", url: dashboard }] : []),
  ];
}

function linkOf(word: string): Link {
  const [, name = "", url = ""] = /^([\w-]+)=(https?:\/\/\S{1,2900})$/.exec(word) ?? [];
  if (!URL.canParse(url)) throw new Misuse("ROLLOUT_LINKS must hold pages such as Live=https://...");
  return { text: name.replaceAll("_", " "), url };
}
