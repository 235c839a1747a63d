import { nth } from "../../infra/sure.ts";
import type { Severity } from "../../infra/watch/alerts.ts";
import { Misuse } from "../errors.ts";
import { localLog, type NoticeChannel, sns, webhook } from "../notify/channels.ts";
import { linksIn } from "../notify/links.ts";
import { type Notifier, notifier } from "../notify/notifier.ts";
import type { Link } from "../notify/slack.ts";
import type { StackAtHand } from "./on.ts";

/** For the verbs' help. */
export const TELL_HELP = `Environment:
  ROLLOUT_WEBHOOKS    addresses of Slack-compatible webhooks, with spaces between them
  ROLLOUT_LINKS       pages that their buttons lead to, such as "Live=https://rollout.example.com Report=https://..."
  ROLLOUT_SNS_TOPICS  topics by severity instead of the stack's own, such as "P1=arn:aws:sns:... P2=arn:aws:sns:..."
  ROLLOUT_ON          aws or rehearsal, for --on`;

/** Everybody who is to hear of a rollout: this machine's log, the webhooks, the stack's topics or those that the environment names. */
export function tellerOf(
  {
    noticesFile,
    say,
    topicArns,
    dashboardUrl,
  }: Pick<StackAtHand, "noticesFile" | "say" | "topicArns" | "dashboardUrl">,
  env = process.env,
): Notifier {
  const links = linksIn(env, dashboardUrl);
  const channels: NoticeChannel[] = [localLog(noticesFile), ...webhooksIn(env.ROLLOUT_WEBHOOKS, links)];
  const named = topicsIn(env.ROLLOUT_SNS_TOPICS);
  const topics = Object.keys(named).length > 0 ? named : (topicArns ?? {});
  const [first] = Object.values(topics);
  // arn:aws:sns:REGION:...
  if (first) channels.push(sns(topics, nth(first.split(":"), 3)));
  return notifier({ channels, say });
}

/** @throws {Misuse} for what is no address; the text isn't repeated, it may hold a secret */
export function webhooksIn(text = "", links: readonly Link[] = []): NoticeChannel[] {
  return words(text).map((word) => {
    if (!/^https?:\/\//.test(word) || !URL.canParse(word))
      throw new Misuse("ROLLOUT_WEBHOOKS must hold addresses that begin with https://");
    return webhook(word, links);
  });
}

/** @throws {Misuse} */
export function topicsIn(text = ""): Partial<Record<Severity, string>> {
  const pairs = words(text).map((word) => {
    const [, severity, arn] = /^(P[1-4])=(arn:[\w-]+:sns:[\w-]+:\d+:\S+)$/.exec(word) ?? [];
    if (!severity || !arn) throw new Misuse(`ROLLOUT_SNS_TOPICS must hold P1=arn:aws:sns:..., not ${word}`);
    return [severity, arn];
  });
  return Object.fromEntries(pairs);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
