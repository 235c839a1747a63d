import type { SmokeTest } from "../../../../infra/settings/schema/asked/smoke.ts";
import { member } from "../../../../infra/sure.ts";
import type { Clock } from "../../../clock.ts";
import { UserError } from "../../../errors.ts";
import type { StackFacts } from "../../../platforms/aws/deployment.ts";
import { type Ran, runOn } from "../../../platforms/aws/run-command.ts";
import { ServerFleet } from "../../../platforms/aws/servers.ts";
import type { CheckName, RestoreFindings } from "../checks.ts";
import { compareScript, NO_CONNECTION, NOT_TRACKED } from "./compare-script.ts";
import { judgeCompared } from "./compared.ts";
import { judgeReplies } from "./replies.ts";
import type { Address } from "./script.ts";
import { smokeScript } from "./smoke-script.ts";

/** A database of a hundred gigabytes is read in an hour, and both are. */
const COMPARED_WITHIN_SECONDS = 3 * 3600;
/** The application may take three minutes to start, and each of up to 50 tests its time. */
const SMOKE_WITHIN_SECONDS = 900;

export interface Verification {
  region: string;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Where the copy listens. */
  copy: Address;
  /** The copy holds everything that was committed before it; milliseconds since the epoch. */
  moment: number;
  /** The moment was asked for, to the second; else it is a backup's. */
  exact: boolean;
  facts: StackFacts;
  /** The track whose server looks, and whose application is tried. */
  track: string;
  domain: string;
  tests: readonly SmokeTest[];
  findings: RestoreFindings;
}

/**
 * Looks at a copy of the database from within the network: only the stack's servers may connect to it, so one of them
 * compares the rows and tries the application, by Systems Manager. What can't be looked at is unknown, not passed.
 */
export async function verifyWithin(verification: Verification): Promise<void> {
  const { copy, moment, exact, domain, track, tests, findings } = verification;
  const rows = ["row counts", "digests", "checksums", ...(exact ? (["moment"] as const) : [])] as const;
  const server = await serverOf(verification).catch((error: Error) => ({ why: error.message }));
  if (typeof server !== "string") {
    unknown([...rows, "smoke test"], server.why, findings);
    return;
  }
  await run(
    verification,
    server,
    "restore drill: compare the copy",
    compareScript(copy, moment),
    COMPARED_WITHIN_SECONDS,
  )
    .then((ran) => {
      if (ran.code === 0) judgeCompared(ran.stdout, exact ? moment : undefined, findings);
      else if (ran.code === NO_CONNECTION)
        findings.add("row counts", "fail", `the copy takes no connection: ${endOf(ran)}`);
      else unknown(rows, ran.code === NOT_TRACKED ? UNTRACKED : `on ${server}: ${endOf(ran)}`, findings);
    })
    .catch((error: Error) => unknown(rows, whyOf(error), findings));
  await run(
    verification,
    server,
    "restore drill: try the application",
    smokeScript(copy, domain, tests),
    SMOKE_WITHIN_SECONDS,
  )
    .then((ran) => {
      if (ran.code !== 0) throw new UserError(`the application didn't come up on the copy: ${endOf(ran)}`);
      const { verdict, details } = judgeReplies(ran.stdout, tests, track);
      findings.add("smoke test", verdict, details);
    })
    .catch((error: Error) => unknown(["smoke test"], whyOf(error), findings));
}

const UNTRACKED = "track_commit_timestamp isn't on yet: after `pulumi up` the database must be rebooted once";

/** Any of the track's that serves. @throws {UserError} when there is none */
async function serverOf({ facts, track, region, clock }: Verification): Promise<string> {
  const servers = {
    group: member(facts.groups, track),
    targetGroupArn: member(facts.targetGroupArns, track),
  };
  const [server] = await new ServerFleet({ region, clock }).serving(servers);
  if (!server) throw new UserError(`no server of ${track} is healthy: from nowhere else the copy is reached`);
  return server;
}

function run(
  { region, clock, signal }: Verification,
  server: string,
  comment: string,
  script: string,
  withinSeconds: number,
): Promise<Ran> {
  return runOn(server, script, { region, clock, signal, comment, withinSeconds });
}

function unknown(names: readonly CheckName[], why: string, findings: RestoreFindings): void {
  for (const name of names) findings.add(name, "unknown", why);
}

/** Systems Manager tells of a server that it doesn't know only by a name. */
function whyOf({ name, message }: Error): string {
  return name === "InvalidInstanceId"
    ? `Systems Manager doesn't reach the server (${message || name})`
    : message;
}

/** The last line that it said, or how it ended. */
function endOf({ stderr, status, code }: Ran): string {
  return stderr.trim().split("\n").at(-1) || `${status}, exit code ${code}`;
}
