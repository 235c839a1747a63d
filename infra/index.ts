import { program } from "./program.ts";
import { readSettings } from "./settings/settings.ts";

// The way in for `pulumi up`, the rehearsal and the preview alike. Config is checked before anything is registered.
const outputs = program(readSettings());

export const url = outputs.url;
export const weights = outputs.weights;
export const stable = outputs.stable;
export const listenerArn = outputs.listenerArn;
export const targetGroupArns = outputs.targetGroupArns;
export const servers = outputs.servers;
export const trackAlarmArns = outputs.trackAlarmArns;
export const dashboardUrl = outputs.dashboardUrl;
export const logGroups = outputs.logGroups;
export const secretNames = outputs.secretNames;
export const databaseAddress = outputs.databaseAddress;
export const databaseArn = outputs.databaseArn;
export const backupVault = outputs.backupVault;
export const backupRetentionDays = outputs.backupRetentionDays;
export const backupRoleArn = outputs.backupRoleArn;
export const journalBucket = outputs.journalBucket;
export const repositoryUrl = outputs.repositoryUrl;
export const flags = outputs.flags;
export const rehearsal = outputs.rehearsal;
export const waivers = outputs.waivers;
export const pipeline = outputs.pipeline;
