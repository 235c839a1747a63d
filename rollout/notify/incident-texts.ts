import { Redactor } from "../preview/redact.ts";
import type { Incident, IncidentAudience, RolloutInIt } from "./incident-model.ts";
import { OUTSIDE, outsideOf } from "./messages.ts";
import { MEANING } from "./severity.ts";

/** When a text is due, and when its reader hears again; null: not until it is over. */
export interface Told {
  dueAt: number;
  nextAt: number | null;
}

type Texts = Record<"first" | "update" | "resolved" | "summary", (told: Told) => string>;

/**
 * The words for each audience. Square brackets stand for what only a person knows. What customers read is made of the public
 * name and of times, and of nothing else: neither journal nor stack can leak into it.
 */
export function textsFor(incident: Incident): Record<IncidentAudience, Texts> {
  const { domain, severity, startedAt } = incident;
  const rollout = known(incident);
  return {
    team: forTeam(incident, rollout),
    management: forManagement(incident, rollout),
    customers: forCustomers({ domain, severity, startedAt, withdrawn: rollout?.withdrawn }),
  };
}

/** Drafts: a person sends them. */
function forCustomers({
  domain,
  severity,
  startedAt,
  withdrawn,
}: Pick<Incident, "domain" | "severity" | "startedAt"> & Partial<Pick<RolloutInIt, "withdrawn">>): Texts {
  const next = ({ nextAt, dueAt }: Told) =>
    nextAt === null ? "" : ` Next update by ${clock(nextAt, dueAt)}.`;
  const since = ({ dueAt }: Told) => `${domain}, since ${clock(startedAt, dueAt)}`;
  // A version that no user was on isn't theirs to hear of.
  const back = withdrawn && outsideOf(withdrawn);
  const news = ({ dueAt }: Told) =>
    withdrawn === undefined || back === undefined
      ? "We are still working on it. [what you can do meanwhile, or leave this out] [when we expect it to be over, or that we don't know yet]"
      : `${back} We have been watching it since ${clock(withdrawn.at, dueAt)}.`;
  if (severity === "P3" || severity === "P4")
    return {
      first: () =>
        `${domain}: thank you for telling us of [what]. Until it is mended, [the way around it]. We expect to mend it by [when].`,
      update: () => `${domain}: [what] is still to be mended. We expect it by [when].`,
      resolved: () =>
        `${domain}: [what you told us of] is mended since [time] UTC. Thank you for telling us.`,
      summary: () => "",
    };
  return {
    first: (told) => `${since(told)}: ${OUTSIDE.seen} [what users notice]${next(told)}`,
    update: (told) => `${since(told)}: ${news(told)}${next(told)}`,
    resolved: (told) =>
      `${domain}: the trouble that began at ${clock(startedAt, told.dueAt)} is over since [time] UTC. We are sorry. [what users still have to do, if anything]`,
    summary: () =>
      `${domain}: what happened on ${day(startedAt)}. From ${clock(startedAt)} to [time] UTC [what users noticed]. The cause was [cause, in plain words]. So that it doesn't happen again we [what changes, and by when]. We are sorry for the trouble. [next steps]`,
  };
}

function forManagement(
  { stack, severity, startedAt, now }: Incident,
  rollout: RolloutInIt | undefined,
): Texts {
  const head = `${severity} on ${stack} since ${clock(startedAt, now)} (${MEANING[severity]})`;
  const next = ({ nextAt }: Told) => (nextAt === null ? "" : ` Next word by ${clock(nextAt)}.`);
  const release = rollout ? ` ${releaseText(rollout)}` : "";
  return {
    first: (told) =>
      `${head}.${release} Users notice: [what]. [name] leads. Customers are told as the plan says.${next(told)}`,
    update: (told) =>
      `${head}.${release} What we know: [cause, or that we don't know yet]. Expected end: [time, or unknown]. Decisions that are needed: [none, or which].${next(told)}`,
    resolved: () => `${head}: over since [time] UTC.${release} Customers are told. Post-mortem within a day.`,
    summary: () =>
      `Post-mortem of ${day(startedAt)}: [link]. Users: [share and for how long]. Cause: [cause]. What changes, who, by when: [actions].`,
  };
}

function forTeam(
  { stack, severity, startedAt, now, rollout: asked }: Incident,
  rollout: RolloutInIt | undefined,
): Texts {
  const head = `${severity} ${stack} since ${clock(startedAt, now)}`;
  const redactor = new Redactor([]);
  const release =
    asked && "unknown" in asked
      ? ` The journal can't be read: ${redactor.text(asked.unknown)}.`
      : rollout
        ? ` ${releaseText(rollout)}${rollout.reason ? ` It says: ${redactor.text(rollout.reason)}.` : ""}`
        : " No rollout is in it, by the journal.";
  const wayBack =
    rollout && rollout.withdrawn === undefined ? ` Back at once: rollout rollback --stack ${stack}.` : "";
  return {
    first: () =>
      `${head}.${release}${wayBack} See: rollout status --stack ${stack}, rollout check --stack ${stack}. Who leads, who writes to customers, who keeps the log: [names].`,
    update: ({ nextAt }) =>
      `${head}.${release}${wayBack} Known: [what]. Tried: [what]. Next: [what, who].${nextAt === null ? "" : ` Next update by ${clock(nextAt)}.`}`,
    resolved: () =>
      `${head}: over since [time] UTC. Keep logs and graphs. Begin: rollout postmortem --stack ${stack}`,
    summary: () =>
      `Post-mortem with everybody who was in it: rollout postmortem --stack ${stack} > postmortem.md`,
  };
}

function releaseText({ rollout, candidate, stable, percent, withdrawn }: RolloutInIt): string {
  if (withdrawn && !withdrawn.hadUsers)
    return `The release ${rollout} was taken back by ${withdrawn.by} before any user was on it: all are on ${stable}.`;
  if (withdrawn)
    return `The release ${rollout} was taken back by ${withdrawn.by}: all users are on ${stable} since ${clock(withdrawn.at)}.`;
  const share = percent === undefined ? "an unknown share" : `${percent} %`;
  return `The release ${rollout} is in it, with ${share} of the users on ${candidate}.`;
}

function known({ rollout }: Incident): RolloutInIt | undefined {
  return rollout && !("unknown" in rollout) ? rollout : undefined;
}

/** @param seen when it is read: another day's time comes with its day */
function clock(at: number, seen = at): string {
  const time = `${new Date(at).toISOString().slice(11, 16)} UTC`;
  return day(at) === day(seen) ? time : `${day(at)} ${time}`;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
