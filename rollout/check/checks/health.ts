import { type Finding, fail, pass, unknown } from "../finding.ts";

/** What a track's `/health` answers. */
export interface HealthFacts {
  track: string;
  /** The HTTP status; 0 without an answer. */
  status: number;
  /** The answer's own word, such as `ok` or `starting`. */
  said?: string;
  /** By part, such as the database; absent where the service doesn't tell. */
  parts: Readonly<Record<string, boolean>>;
  /** Why there is no answer. */
  problem?: string;
}

export function judgeHealth(tracks: readonly HealthFacts[], stack: string): Finding {
  const ill = tracks.filter(({ status }) => status !== 200);
  if (ill.length > 0)
    return fail(ill.map(textOf).join("; "), `See which servers are ill: rollout status --stack ${stack}`);
  return pass(`${tracks.map(({ track }) => track).join(" and ")} answer 200`);
}

export function judgeDatabase(tracks: readonly HealthFacts[]): Finding {
  const away = tracks.filter(({ parts }) => parts.database === false);
  if (away.length > 0)
    return fail(
      `${away.map(({ track }) => track).join(" and ")} can't reach the database`,
      "Look at the database first: its state, its connections, its storage; then at the servers' way to it.",
    );
  if (tracks.some(({ parts }) => parts.database === undefined))
    return unknown(
      "/health doesn't tell of the database",
      'Have /health answer {"checks": {"database": {"ok": true}}}.',
    );
  return pass("every track reaches it");
}

function textOf({ track, status, problem }: HealthFacts): string {
  return `${track}: ${problem ?? `/health answers ${status}`}`;
}
