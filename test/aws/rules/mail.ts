import type { Rule } from "./rule.ts";

export const CONFIRMATION: Rule = {
  name: "who is subscribed by e-mail is asked to confirm, and hears nothing before",
  source: "SNS Developer Guide, Subscribing an email address to an SNS topic",
};

export const NO_CONFIRMATION: Rule = {
  name: "a phone number needs no confirmation; in SNS's sandbox it gets nothing until it is verified",
  source: "SNS Developer Guide, Using the Amazon SNS SMS sandbox",
};

export const JOB_EVENTS: Rule = {
  name: "a backup job that fails is an event, and a rule that asks for it tells its topic",
  source: "AWS Backup Developer Guide, Monitoring AWS Backup events using EventBridge",
};
