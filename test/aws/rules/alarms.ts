import type { Rule } from "./rule.ts";

// Played by rollout/alarms, which has their text beside the code.

export const NEW_ALARM: Rule = {
  name: "a new alarm is in INSUFFICIENT_DATA until its first evaluation, and one that is changed keeps its state",
  source: "CloudWatch API Reference, PutMetricAlarm",
};

export const MISSING_DATA: Rule = {
  name: "without figures an alarm is what its treatment of missing data makes of it, also a new one",
  source: "CloudWatch User Guide, Configuring how CloudWatch alarms treat missing data",
};

export const CHANGES_TELL: Rule = {
  name: "an alarm tells when its state changes, also a new one's from INSUFFICIENT_DATA",
  source: "CloudWatch User Guide, Alarm actions",
};

export const LATE_FIGURES: Rule = {
  name: "a balancer's figures of a minute come two to three minutes later",
  source:
    "ALB User Guide, CloudWatch metrics for your Application Load Balancer (60-second periods); seen by users",
};

export const PACE: Rule = {
  name: "CloudWatch takes three PutMetricAlarm a second, and the provider tries again",
  source: "CloudWatch User Guide, CloudWatch service quotas: PutMetricAlarm",
};

/** Of new alarms, in milliseconds. */
export const PACE_MS = 334;
/** Of a minute's figures after its end, in minutes. */
export const LATE_MINUTES = 2;
