import { resolve4, resolve6 } from "node:dns/promises";
import { systemClock } from "../../clock.ts";
import { drillObjects } from "../../drill/drill-objects.ts";
import { NOT_ON_AWS } from "../../drill/migrate/last.ts";
import { TYPES } from "../../graph/types.ts";
import { automation, type Engine } from "../../platforms/aws/engine.ts";
import { Objects } from "../../platforms/aws/journal/objects.ts";
import { operatorTokenOf } from "../../platforms/aws/smoke.ts";
import type { DnsFacts } from "../checks/entrance/dns.ts";
import type { PortFacts } from "../checks/entrance/ports.ts";
import { openPortsOf } from "../graph.ts";
import { once } from "../once.ts";
import { probeEntrance, probePort } from "../probe/ports.ts";
import { type CheckSourceOptions, type CheckSources, commonSources } from "../sources.ts";
import { readAlarms, readDisks } from "./alarms.ts";
import { readBackups, readRestores } from "./backups.ts";
import { readFlags } from "./flags.ts";
import { readQuotas } from "./quotas.ts";
import { readSecrets } from "./secrets.ts";
import { StackState } from "./state.ts";

/** What the stack's parts listen on, and what is often left open. */
const OFTEN_OPEN = [22, 3389, 5432, 6379, 8000, 8080, 8443];

export interface AwsCheckOptions extends Omit<CheckSourceOptions, "door" | "operatorToken"> {
  /** Another engine than the `pulumi` of the PATH, for tests. */
  engine?: Engine;
}

/** The facts of a stack in AWS, as AWS has them now. Load this file only when it is needed: it brings the AWS SDK along. */
export function awsSources(options: AwsCheckOptions): CheckSources {
  const { about, projectDir, graph } = options;
  const { stack, settings } = about;
  const { region, domain } = settings;
  const engine = options.engine ?? automation({ projectDir, stack, clock: systemClock });
  const state = once(async () => new StackState(await engine.deployment()));
  const door = { url: `https://${domain}` };
  return {
    ...commonSources({ ...options, door, operatorToken: operatorTokenOf(engine, region) }),
    async dns(): Promise<DnsFacts> {
      const balancer = (await state()).text(TYPES.balancer, "dnsName");
      const [addresses, balancerAddresses] = await Promise.all([addressesOf(domain), addressesOf(balancer)]);
      return { name: domain, addresses, balancer, balancerAddresses };
    },
    async ports() {
      const open = openPortsOf(await graph());
      return probeFirewall(domain, open);
    },
    secrets: async () => readSecrets(await state(), region),
    backups: async () =>
      readBackups(await state(), region, {
        everyHours: settings.database.backupEveryHours,
        stack,
        now: about.now,
      }),
    async drill() {
      const known = await state();
      const objects = new Objects(region, String(known.output("journalBucket")));
      return readRestores(known, region, await drillObjects(objects, stack).read());
    },
    async drilled() {
      return NOT_ON_AWS;
    },
    alarms: async () => readAlarms(await state(), region),
    flags: async () => readFlags(await state(), region),
    quotas: async () => readQuotas(await graph(), region),
    disk: async () => readDisks(await state(), region),
  };
}

/** The firewall's own ports do their work; of the others those that matter must not answer. */
async function probeFirewall(domain: string, open: readonly number[]): Promise<PortFacts[]> {
  const entrance = await probeEntrance({ url: `http://${domain}` }, { url: `https://${domain}` });
  const closed = OFTEN_OPEN.filter((port) => !open.includes(port)).map(
    async (port): Promise<PortFacts> => ({
      what: `port ${port}`,
      expected: "closed",
      found: await probePort(domain, port),
    }),
  );
  return [...entrance, ...(await Promise.all(closed))];
}

/** IPv4 and IPv6; none where the name or the kind isn't there. Any other trouble is the resolver's. */
async function addressesOf(name: string): Promise<string[]> {
  const none = (error: NodeJS.ErrnoException) => {
    if (error.code === "ENODATA" || error.code === "ENOTFOUND") return [];
    throw error;
  };
  const found = await Promise.all([resolve4(name).catch(none), resolve6(name).catch(none)]);
  return found.flat().sort();
}
