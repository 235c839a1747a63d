import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Severity } from "../../infra/watch/alerts.ts";
import { type Notice, noticeText } from "./notice.ts";
import { type Link, slackMessage } from "./slack.ts";

/** A way to tell. Rejects when the notice did not arrive. */
export interface NoticeChannel {
  /** For the log of what failed; without secrets: a webhook's address is one. */
  name: string;
  send(notice: Notice): Promise<void>;
}

const TIMEOUT_MS = 5_000;

/**
 * Slack's incoming webhooks, and those that take the same JSON (Mattermost, Rocket.Chat).
 *
 * @param links where the message's buttons lead
 */
export function webhook(url: string, links: readonly Link[] = []): NoticeChannel {
  return {
    name: `webhook at ${new URL(url).host}`,
    async send(notice) {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(slackMessage(notice, links)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: "error",
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    },
  };
}

/** The stack's topics: each severity reaches those who are subscribed to it. The SDK is loaded when it is needed. */
export function sns(topicArns: Partial<Record<Severity, string>>, region: string): NoticeChannel {
  return {
    name: "SNS",
    async send(notice) {
      const TopicArn = topicArns[notice.severity];
      if (!TopicArn) return;
      const { PublishCommand, SNSClient } = await import("@aws-sdk/client-sns");
      const client = new SNSClient({ region, maxAttempts: 3 });
      try {
        // A subject has fewer than 100 characters and no line breaks (SNS API Reference, "Publish").
        const Subject = notice.title.replaceAll(/[^ -~]/g, "?").slice(0, 99);
        const command = new PublishCommand({ TopicArn, Subject, Message: noticeText(notice) });
        await client.send(command, { abortSignal: AbortSignal.timeout(3 * TIMEOUT_MS) });
      } finally {
        client.destroy();
      }
    },
  };
}

/** A JSON line for each notice, in a file. */
export function localLog(file: string): NoticeChannel {
  return {
    name: file,
    async send(notice) {
      mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, `${JSON.stringify(notice)}\n`);
    },
  };
}
