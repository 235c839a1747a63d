import { Refused, type Rule } from "../rules/rule.ts";
import type { Timeline } from "./timeline.ts";

/** What a person got, or what AWS or the engine said no to. */
export interface Line {
  /** Milliseconds since the epoch. */
  at: number;
  kind: "confirmation" | "mail" | "sms" | "refused" | "step";
  text: string;
  /** By which it was refused. */
  rule?: Rule;
}

interface Subscription {
  topic: string;
  protocol: string;
  endpoint: string;
  confirmed: boolean;
}

/** Until a person follows the link. */
const CONFIRMED_AFTER_MS = 5 * 60_000;

/** SNS and the people behind it, by the rules of rules/mail.ts. */
export class Mailbox {
  readonly lines: Line[] = [];
  readonly #timeline: Timeline;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Topics by the alarms, rules and rollouts that told them, whoever was subscribed. */
  readonly published: { at: number; topic: string; subject: string }[] = [];

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  say(kind: Line["kind"], text: string): void {
    this.lines.push({ at: this.#timeline.now(), kind, text });
  }

  refuse(what: string, error: Error): void {
    const rule = error instanceof Refused ? error.rule : undefined;
    const text = `${what}: ${error.message}`;
    this.lines.push({ at: this.#timeline.now(), kind: "refused", text, ...(rule && { rule }) });
  }

  subscribe(id: string, { topic, protocol, endpoint }: Omit<Subscription, "confirmed">): void {
    const subscription = { topic, protocol, endpoint, confirmed: protocol !== "email" };
    this.#subscriptions.set(id, subscription);
    if (subscription.confirmed) return;
    this.say("confirmation", `${endpoint}: AWS Notification - Subscription Confirmation (${nameOf(topic)})`);
    void this.#timeline.go(async () => {
      await this.#timeline.sleep(CONFIRMED_AFTER_MS);
      subscription.confirmed = true;
    });
  }

  unsubscribe(id: string): void {
    this.#subscriptions.delete(id);
  }

  publish(topic: string, subject: string): void {
    this.published.push({ at: this.#timeline.now(), topic, subject });
    for (const { protocol, endpoint, ...each } of this.#subscriptions.values()) {
      if (each.topic !== topic || !each.confirmed) continue;
      this.say(protocol === "sms" ? "sms" : "mail", `${endpoint}: ${subject} (${nameOf(topic)})`);
    }
  }
}

function nameOf(arn: string): string {
  return arn.split(":").at(-1)!;
}
