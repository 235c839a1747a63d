/** Where on GitHub a stack's deployments are. */
export interface GithubPlace {
  /** The API, such as `https://api.github.com`. */
  api: string;
  token: string;
  owner: string;
  repo: string;
  /** The commit that is rolled out. */
  sha: string;
  /** The run whose log tells of it; left out where there is none. */
  logUrl?: string;
}

/**
 * By what GitHub's runners have in their environment, or a person in his: `GITHUB_TOKEN`, `GITHUB_REPOSITORY`, and for the rest
 * GitHub's own names.
 *
 * @param head the checkout's commit, asked for where the environment doesn't say it
 * @returns undefined where there is no token, or no repository
 */
export async function githubIn(
  env: NodeJS.ProcessEnv,
  head: () => Promise<string>,
): Promise<GithubPlace | undefined> {
  const { GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository = "", GITHUB_RUN_ID: run } = env;
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(repository) ?? [];
  if (!token || !owner || !repo) return undefined;
  const {
    GITHUB_API_URL: api = "https://api.github.com",
    GITHUB_SERVER_URL: server = "https://github.com",
    GITHUB_SHA: sha = await head(),
  } = env;
  return {
    api,
    token,
    owner,
    repo,
    sha,
    ...(run && { logUrl: `${server}/${repository}/actions/runs/${run}` }),
  };
}
