import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { drillFiles } from "../../drill/drill-files.ts";
import { drilledNow } from "../../drill/migrate/now.ts";
import { Ledger, placeOf } from "../../platforms/rehearsal/machine/state.ts";
import { doorOf, operatorTokenOf, secretsOf } from "../../platforms/rehearsal/rollout/smoke.ts";
import type { PortFacts } from "../checks/entrance/ports.ts";
import { strengthOf } from "../checks/secrets.ts";
import { lastDrill } from "../drills.ts";
import { CannotTell } from "../finding.ts";
import { alarmsOf, aliasesOf } from "../graph.ts";
import { outsideAddress, probeEntrance, probePort } from "../probe/ports.ts";
import { type CheckSourceOptions, type CheckSources, commonSources } from "../sources.ts";
import { readBackups } from "./backups.ts";

const ON_AWS = "Run the check with --on aws once the stack is up there.";
/** As the alarm on the servers' disks (infra/alarms/hosts.ts). */
const MAX_DISK_PERCENT = 85;

/**
 * The facts of a stack that is up on this machine. What the cloud alone can know is unknown, and said to be.
 *
 * @throws {RehearsalError} when the stack isn't up
 */
export function rehearsalSources(common: Omit<CheckSourceOptions, "door" | "operatorToken">): CheckSources {
  const { about, projectDir, graph } = common;
  const place = placeOf(about.stack, join(projectDir, ".rehearsal"));
  const ledger = Ledger.openOrFail(place);
  const operatorToken = async () => operatorTokenOf(await graph(), ledger)();
  return {
    ...commonSources({ ...common, door: doorOf(ledger), operatorToken }),
    async dns() {
      const name = about.settings.domain;
      const aliases = aliasesOf(await graph(), name);
      if (!aliases.includes("A"))
        return { name, addresses: [], balancer: "the stack's", balancerAddresses: [] };
      throw new CannotTell(
        `the program makes ${name} an alias of the balancer (${aliases.join(", ")})`,
        ON_AWS,
      );
    },
    ports: () => portsOf(ledger),
    async secrets() {
      const texts = secretsOf(await graph(), ledger);
      return Object.entries(texts).map(([name, text]) => ({ name, strength: strengthOf(text) }));
    },
    backups: () => readBackups(about, projectDir, place, graph),
    async drill() {
      return lastDrill(await drillFiles(place.folder).read());
    },
    async drilled() {
      const { candidate, stack } = about;
      if (candidate === undefined) return { passed: true, reason: "there is no candidate" };
      return drilledNow({ stack, projectDir }, candidate);
    },
    async alarms() {
      return alarmsOf(await graph());
    },
    async flags() {
      throw new CannotTell("here flags need no deployment: each server reads the file", ON_AWS);
    },
    async quotas() {
      throw new CannotTell("quotas are the account's", ON_AWS);
    },
    async disk() {
      const { blocks, bavail, bfree } = await statfs(place.folder);
      // As df counts: what root keeps for itself is no room.
      const used = blocks - bfree;
      const usedPercent = Math.round((100 * used) / (used + bavail));
      return [{ what: "this machine's disk", usedPercent, tooFull: usedPercent > MAX_DISK_PERCENT }];
    },
  };
}

/**
 * Everything runs on one machine. So what must be closed to others is tried on the address of this machine that
 * others may see.
 */
async function portsOf(ledger: Ledger): Promise<PortFacts[]> {
  const { state } = ledger;
  const secure = doorOf(ledger);
  const plain = { url: `http://${state.domain}`, at: { host: "127.0.0.1", port: state.redirectPort } };
  const inside: [what: string, port: number][] = [
    ["the database", state.database.port],
    ...(state.cache ? [["the cache", state.cache.port] as [string, number]] : []),
    ...state.servers.flatMap(({ id, port, appPort }): [string, number][] => [
      [id, port],
      [`${id}'s service`, appPort],
    ]),
  ];
  const outside = outsideAddress();
  const closed = inside.map(async ([what, port]): Promise<PortFacts> => {
    const found = outside === undefined ? "not asked" : await probePort(outside, port);
    return { what: `${what} (port ${port})`, expected: "closed", found };
  });
  return [...(await probeEntrance(plain, secure)), ...(await Promise.all(closed))];
}
