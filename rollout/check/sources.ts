import { join } from "node:path";
import type { Drilled } from "../core/action.ts";
import { shareOf } from "../core/weights.ts";
import type { Graph } from "../graph/model.ts";
import type { Platform } from "../platforms/platform.ts";
import { allEntries, rehearsalsIn } from "../platforms/rehearsal/journal/past.ts";
import type { Door } from "../smoke/client.ts";
import { versionsOf } from "../smoke/versions.ts";
import type { CheckContext } from "./about.ts";
import type { AlarmFacts } from "./checks/alarms.ts";
import type { BackupFacts } from "./checks/backups.ts";
import type { CapacityFacts } from "./checks/capacity.ts";
import type { DiskFacts } from "./checks/disk.ts";
import type { DrillFacts } from "./checks/drill.ts";
import type { CertificateFacts } from "./checks/entrance/certificate.ts";
import type { DnsFacts } from "./checks/entrance/dns.ts";
import type { PortFacts } from "./checks/entrance/ports.ts";
import type { FlagFacts } from "./checks/flags.ts";
import type { HealthFacts } from "./checks/health.ts";
import type { QuotaFacts } from "./checks/quotas.ts";
import { type RollbackFacts, rollbacksIn } from "./checks/rollback.ts";
import type { SecretFacts } from "./checks/secrets.ts";
import type { SmokeFacts } from "./checks/smoke.ts";
import { CannotTell } from "./finding.ts";
import type { TlsFacts } from "./grade.ts";
import { readCertificate } from "./probe/certificate.ts";
import { endpointOf } from "./probe/handshake.ts";
import { look, type OperatorToken, readHealth } from "./probe/health.ts";
import { scanTls } from "./probe/tls.ts";

/** Where each check's facts come from. A source that rejects makes its check unknown. */
export interface CheckSources {
  dns(): Promise<DnsFacts>;
  certificate(): Promise<CertificateFacts>;
  tls(): Promise<TlsFacts>;
  ports(): Promise<PortFacts[]>;
  secrets(): Promise<SecretFacts[]>;
  backups(): Promise<BackupFacts>;
  drill(): Promise<DrillFacts>;
  /** Of the candidate's migration. */
  drilled(): Promise<Drilled>;
  alarms(): Promise<AlarmFacts>;
  flags(): Promise<FlagFacts>;
  capacity(): Promise<CapacityFacts[]>;
  health(): Promise<HealthFacts[]>;
  smoke(): Promise<SmokeFacts>;
  rollback(): Promise<RollbackFacts>;
  quotas(): Promise<QuotaFacts[]>;
  disk(): Promise<DiskFacts[]>;
}

export interface CheckSourceOptions {
  about: CheckContext;
  platform: Platform;
  projectDir: string;
  door: Door;
  graph: () => Promise<Graph>;
  operatorToken: OperatorToken;
}

type Shared = Pick<CheckSources, "certificate" | "tls" | "capacity" | "health" | "smoke" | "rollback">;

/** What is found out in the same way wherever the stack runs. */
export function commonSources(common: CheckSourceOptions): Shared {
  const { about, platform, projectDir, door, graph, operatorToken } = common;
  const { settings, candidate } = about;
  const tracks = settings.tracks.map(({ name }) => name);
  return {
    certificate: () => readCertificate(endpointOf(door)),
    async tls() {
      const [scan, { headers }] = await Promise.all([
        scanTls(endpointOf(door)),
        look(door, "/", operatorToken).catch((error: Error) => {
          throw new CannotTell(
            `the page can't be read: ${error.message}`,
            "See the certificate's check first.",
          );
        }),
      ]);
      return { ...scan, headers };
    },
    async capacity() {
      const steps = settings.plan.steps.map(({ weight }) => weight);
      const idle = candidate !== undefined && shareOf(await platform.readRealWeights(), candidate) === 0;
      const asked = [
        { track: settings.stable, share: 100 },
        ...(candidate === undefined ? [] : steps.map((share) => ({ track: candidate, share, idle }))),
      ];
      const found: CapacityFacts[] = [];
      for (const each of asked) found.push({ ...each, ...(await platform.capacity(each.track, each.share)) });
      return found;
    },
    health: () => Promise.all(tracks.map((track) => readHealth(door, track, operatorToken))),
    async smoke() {
      const found: { way: string; result: Awaited<ReturnType<Platform["smoke"]>> }[] = [];
      for (const track of [undefined, ...tracks])
        found.push({ way: track ?? "public name", result: await platform.smoke(track) });
      return found;
    },
    async rollback() {
      const version = candidate === undefined ? undefined : versionsOf(await graph())[candidate];
      // A rollback of that version counts whichever stack it was rehearsed with: prod's version is tried on beta. A
      // real one proves as much.
      const journals = await Promise.all(
        rehearsalsIn(join(projectDir, ".rehearsal")).map((folder) =>
          allEntries(folder, join(folder, "logs")),
        ),
      );
      if (platform.kind === "aws") journals.push((await platform.journal.read()).entries);
      const rehearsed = journals.flatMap(rollbacksIn).sort((a, b) => a.at - b.at);
      return { candidate, version, rehearsed };
    },
  };
}
