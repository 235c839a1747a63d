import { member, nth } from "../sure.ts";
import { cohortMistakes } from "./cohorts/mistakes.ts";
import { seconds } from "./duration.ts";
import type { Mistake } from "./explain.ts";
import { bucketVariable } from "./schema/access.ts";
import { journeyMistakes } from "./schema/asked/journeys.ts";
import {
  OWN_VARIABLES,
  referencesIn,
  STORE_PARTS,
  STORE_VARIABLES,
  TRUSTED_VARIABLES,
} from "./schema/variables.ts";
import type { Parsed } from "./schema.ts";
import { secretBy } from "./secrecy/looks.ts";
import { memoryGiB } from "./sizes/instance-class.ts";
import { memoryMistake } from "./sizes/memory.ts";

/** The rules that span several keys. Each returns the mistakes it finds; none stops at the first. */
export function brokenRules(config: Parsed): Mistake[] {
  return [
    weightsSumTo100,
    stableIsATrack,
    drainingIsIdle,
    drainFits,
    rehearsedTracksAreThere,
    rehearsedProcessesAreThere,
    processesAreOfOneKind,
    oneSourcePerTrack,
    enoughServers,
    stepsRise,
    capacityOutlastsStart,
    storageGrows,
    upgradesRise,
    zoneHoldsDomain,
    furtherNamesDiffer,
    stickinessFits,
    maintenanceHasAGate,
    knownInstanceClass,
    memoryFits,
    variablesOnce,
    storesNameTheirVariables,
    bucketsNameTheirVariables,
    referencesAreKnown,
    noSecretInClear,
    openVariablesAreThere,
    journeysFit,
    cohortMistakes,
  ].flatMap((rule) => rule(config));
}

function weightsSumTo100({ tracks }: Parsed): Mistake[] {
  const names = Object.keys(tracks);
  const sum = names.reduce((total, name) => total + member(tracks, name).weight, 0);
  if (sum === 100) return [];
  // The last track that carries weight is where a person looks after `pulumi config set --path`.
  const last = names.findLast((name) => member(tracks, name).weight > 0) ?? names.at(-1);
  return [{ path: `tracks.${last}.weight`, rule: `weights must sum to 100, they sum to ${sum}` }];
}

function stableIsATrack({ tracks, stable }: Parsed): Mistake[] {
  if (Object.hasOwn(tracks, stable)) return [];
  return [
    {
      path: "stable",
      rule: `must name a track (${Object.keys(tracks).join(", ")}), not ${JSON.stringify(stable)}`,
    },
  ];
}

/** Where it carries weight there is nothing to drain, and the key would be forgotten until it has none. */
function drainingIsIdle({ tracks, draining, stickiness }: Parsed): Mistake[] {
  if (draining === undefined) return [];
  const path = "draining";
  if (!Object.hasOwn(tracks, draining))
    return [
      {
        path,
        rule: `must name a track (${Object.keys(tracks).join(", ")}), not ${JSON.stringify(draining)}`,
      },
    ];
  const { weight } = member(tracks, draining);
  if (weight > 0)
    return [{ path, rule: `must go: ${draining} has a weight of ${weight}, and keeps everybody` }];
  return stickiness === "none" ? [{ path, rule: "must go: there are no sessions, stickiness is none" }] : [];
}

function drainFits({ plan, stickiness }: Parsed): Mistake[] {
  const { drain } = plan.sessions;
  if (drain === undefined || seconds(drain) === 0) return [];
  const path = "plan.sessions.drain";
  if (stickiness === "none") return [{ path, rule: "must be 0s: there are no sessions, stickiness is none" }];
  const length = seconds(drain);
  if (Number.isInteger(length) && length <= 7 * 86_400) return [];
  return [{ path, rule: `must be whole seconds up to 7d, not ${drain}` }];
}

function journeysFit({ journeys }: Parsed): Mistake[] {
  return journeyMistakes(journeys);
}

function rehearsedTracksAreThere({ tracks, rehearsal }: Parsed): Mistake[] {
  return Object.keys(rehearsal.tracks)
    .filter((name) => !Object.hasOwn(tracks, name))
    .map((name) => ({
      path: `rehearsal.tracks.${name}`,
      rule: `must name a track (${Object.keys(tracks).join(", ")})`,
    }));
}

function rehearsedProcessesAreThere({ app, rehearsal }: Parsed): Mistake[] {
  const here = [
    ["rehearsal.processes", rehearsal.processes] as const,
    ...Object.entries(rehearsal.tracks).map(
      ([track, { processes = {} }]) => [`rehearsal.tracks.${track}.processes`, processes] as const,
    ),
  ];
  return here.flatMap(([path, commands]) =>
    Object.keys(commands)
      .filter((name) => !Object.hasOwn(app.processes, name))
      .map((name) => ({ path: `${path}.${name}`, rule: "must name a process of app.processes" })),
  );
}

function processesAreOfOneKind({ app }: Parsed): Mistake[] {
  return Object.entries(app.processes).flatMap(([name, process]) => {
    const path = `app.processes.${name}`;
    if (process.schedule === undefined) {
      if (process.timeout === undefined) return [];
      return [{ path: `${path}.timeout`, rule: "is for a job, which has a schedule; a worker never ends" }];
    }
    return (["count", "with"] as const)
      .filter((key) => process[key] !== undefined)
      .map((key) => ({
        path: `${path}.${key}`,
        rule: "is for a worker; a job, which has a schedule, runs once for the stack, on the stable track",
      }));
  });
}

function oneSourcePerTrack({ tracks }: Parsed): Mistake[] {
  return Object.entries(tracks)
    .filter(([, track]) => track.image !== undefined && track.build !== undefined)
    .map(([name]) => ({ path: `tracks.${name}`, rule: "takes image or build, not both" }));
}

function enoughServers({ tracks, tier }: Parsed): Mistake[] {
  return Object.entries(tracks).flatMap(([name, track]) => {
    const mistakes: Mistake[] = [];
    const servers = track.servers ?? 1;
    if (tier === "prod" && track.weight > 0 && track.servers !== undefined && servers < 2) {
      mistakes.push({
        path: `tracks.${name}.servers`,
        rule: `a track that carries weight in prod needs at least 2 servers, not ${servers}`,
      });
    }
    if (track.maxServers !== undefined && track.maxServers < servers) {
      mistakes.push({
        path: `tracks.${name}.maxServers`,
        rule: `must be at least servers (${servers}), not ${track.maxServers}`,
      });
    }
    return mistakes;
  });
}

function stepsRise({ plan }: Parsed): Mistake[] {
  const mistakes = plan.steps.flatMap((step, i) => {
    const before = plan.steps[i - 1]?.weight ?? 0;
    if (step.weight > before) return [];
    return [
      { path: `plan.steps[${i}].weight`, rule: `steps must rise: ${step.weight} comes after ${before}` },
    ];
  });
  const last = plan.steps.length - 1;
  if (nth(plan.steps, last).weight !== 100) {
    mistakes.push({
      path: `plan.steps[${last}].weight`,
      rule: `the last step must be 100, not ${nth(plan.steps, last).weight}`,
    });
  }
  return mistakes;
}

/**
 * Else a rollout gives servers up that are on their way: they boot, pull their image and migrate before the app starts.
 * The default bears 5 minutes; who shortens it for an app that starts at once knows why.
 */
function capacityOutlastsStart({ app, plan }: Parsed): Mistake[] {
  const { capacity } = plan.limits;
  const least = seconds(app.startTimeout) + 600;
  if (seconds(capacity) >= least || seconds(app.startTimeout) <= 300) return [];
  const rule = `must be at least 10m longer than app.startTimeout (${app.startTimeout}), not ${capacity}`;
  return [{ path: "plan.limits.capacity", rule }];
}

/** RDS refuses a limit that is less than a tenth above the storage (API Reference, CreateDBInstance, MaxAllocatedStorage). */
function storageGrows({ database }: Parsed): Mistake[] {
  const least = Math.ceil((database.storageGiB * 11) / 10);
  if (database.maxStorageGiB >= least) return [];
  return [
    {
      path: "database.maxStorageGiB",
      rule: `must be at least ${least}, a tenth above storageGiB (${database.storageGiB}), not ${database.maxStorageGiB}`,
    },
  ];
}

function upgradesRise({ database: { upgradeFrom, version, existing } }: Parsed): Mistake[] {
  if (upgradeFrom === undefined) return [];
  const path = "database.upgradeFrom";
  if (existing) {
    const rule = `is for the stack's own database; ${existing.instance} was there before (database.existing) and is upgraded where it is managed`;
    return [{ path, rule }];
  }
  if (upgradeFrom < version) return [];
  return [{ path, rule: `must be below version (${version}), not ${upgradeFrom}: no way leads back` }];
}

function zoneHoldsDomain({ zone, domain }: Parsed): Mistake[] {
  if (!zone || domain === zone || domain.endsWith(`.${zone}`)) return [];
  return [{ path: "zone", rule: `must be the domain or a parent of it (${domain}), not ${zone}` }];
}

function furtherNamesDiffer({ domain, domains }: Parsed): Mistake[] {
  return domains.flatMap(({ name, zone }, index) => [
    ...(name === domain ? [{ path: `domains[${index}].name`, rule: "is the domain itself" }] : []),
    ...(zone && name !== zone && !name.endsWith(`.${zone}`)
      ? [{ path: `domains[${index}].zone`, rule: `must be the name or a parent of it, not ${zone}` }]
      : []),
  ]);
}

/** Who stays for longer than a week keeps his version from ever being left. */
function stickinessFits({ stickiness }: Parsed): Mistake[] {
  if (stickiness === "none") return [];
  const length = seconds(stickiness);
  if (Number.isInteger(length) && length >= 1 && length <= 7 * 86_400) return [];
  return [{ path: "stickiness", rule: `must be whole seconds from 1s to 7d, not ${stickiness}` }];
}

/** What turns users away is a rule of the web firewall. */
function maintenanceHasAGate({ maintenance, webFirewall }: Parsed): Mistake[] {
  if (!maintenance || webFirewall !== "none") return [];
  return [{ path: "maintenance", rule: "needs the web firewall, and webFirewall is none" }];
}

function variablesOnce({ app }: Parsed): Mistake[] {
  return Object.keys(app.secrets)
    .filter((name) => Object.hasOwn(app.environment, name))
    .map((name) => ({
      path: `app.secrets.${name}`,
      rule: "is in app.environment, too: a variable has one value",
    }));
}

/** Who brings a store of another's says where it is; who doesn't would take the app off the stack's. */
function storesNameTheirVariables(config: Parsed): Mistake[] {
  const own = STORES.filter((store) => config[store] !== "none").flatMap((store) => STORE_VARIABLES[store]);
  return setBy(config, new Set<string>(own), "is set by the stack itself");
}

const STORES = ["database", "cache"] as const;

function bucketsNameTheirVariables(config: Parsed): Mistake[] {
  return setBy(config, new Set(config.app.buckets.map(bucketVariable)), "is set by app.buckets");
}

function setBy({ app }: Parsed, own: ReadonlySet<string>, rule: string): Mistake[] {
  return (["environment", "secrets"] as const).flatMap((key) =>
    Object.keys(app[key])
      .filter((name) => own.has(name))
      .map((name) => ({ path: `app.${key}.${name}`, rule })),
  );
}

/** One value of the team's doesn't refer to another: so none can go in circles. */
function referencesAreKnown(config: Parsed): Mistake[] {
  const { app } = config;
  const stores = STORES.filter((store) => config[store] !== "none");
  const known = new Set(
    [
      ...OWN_VARIABLES,
      ...TRUSTED_VARIABLES,
      ...stores.flatMap((store): readonly string[] => STORE_VARIABLES[store]),
      // Of a database that was there only the URL is known.
      ...(config.database.existing ? [] : STORE_PARTS.database),
      ...(config.cache === "none" ? [] : STORE_PARTS.cache),
      ...app.buckets.map(bucketVariable),
      ...Object.keys(app.secrets),
    ].filter((name) => !Object.hasOwn(app.environment, name)),
  );
  return Object.entries(app.environment).flatMap(([name, value]) =>
    referencesIn(value)
      .filter((reference) => !known.has(reference))
      .map((reference) => ({
        path: `app.environment.${name}`,
        rule: `\${${reference}} must name a variable that the stack or app.secrets sets (docs/your-app.md)`,
      })),
  );
}

/** What is in a variable is in user data, previews, graphs and the state for whoever looks at them. */
function noSecretInClear({ app }: Parsed): Mistake[] {
  return Object.entries(app.environment).flatMap(([name, value]) => {
    const why = app.notSecret.includes(name) ? undefined : secretBy(name, value);
    if (why === undefined) return [];
    return [
      {
        path: `app.environment.${name}`,
        rule: `looks like a secret, ${why}, and would be in clear: set it by \`pulumi config set --secret --path rollout:app.secrets.${name}\` (docs/secrets.md), or, if everybody may read it, name it in app.notSecret`,
      },
    ];
  });
}

function openVariablesAreThere({ app }: Parsed): Mistake[] {
  return app.notSecret.flatMap((name, index) =>
    Object.hasOwn(app.environment, name)
      ? []
      : [{ path: `app.notSecret[${index}]`, rule: `must name a variable of app.environment, not ${name}` }],
  );
}

function memoryFits(config: Parsed): Mistake[] {
  const rule = memoryMistake(config);
  return rule === undefined ? [] : [{ path: "server.instanceType", rule }];
}

/** The alarms are set by the instance's memory, so a class whose memory isn't known can't be watched. */
function knownInstanceClass({ database }: Parsed): Mistake[] {
  try {
    memoryGiB(database.instanceClass);
    return [];
  } catch (error) {
    return [{ path: "database.instanceClass", rule: (error as Error).message }];
  }
}
