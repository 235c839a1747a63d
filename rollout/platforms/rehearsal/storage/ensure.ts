import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_FOLDER } from "../../../../infra/package-folder.ts";
import { given } from "../../../../infra/sure.ts";
import { RehearsalError } from "../machine/errors.ts";
import { writeIn } from "../machine/files.ts";
import { freePorts } from "../machine/ports.ts";
import { answersAt, isRunning, type Started, start, untilReady } from "../machine/processes.ts";
import { stop } from "../machine/stopping.ts";
import type { Room } from "../room.ts";

/** What the app finds in place of AWS. */
export interface AccessHere {
  /** Where moto's server listens, which plays S3 and the rest of AWS. */
  port: number;
  /** Where the servers' own script hands out credentials, and the path that nobody guesses. */
  credentialsPort: number;
  token: string;
}

export const STORAGE = "storage";
export const CREDENTIALS = "credentials";

/** Brought by bin/install-moto, as for the tests. */
const SERVER = join(PACKAGE_FOLDER, ".cache/moto/bin/moto_server");

/**
 * Starts what the app's SDK of AWS talks to, unless it runs: moto's server in place of S3, with the stack's buckets in it,
 * and the servers' own script for the credentials.
 *
 * Moto keeps all in memory; of itself it writes down what it is asked, and answers it again when it is started anew (moto,
 * "Recorder"). So what the app stored survives a crash, as the database does; versions get other ids then.
 *
 * @throws {RehearsalError} when moto isn't installed
 */
export async function ensureStorage(room: Room): Promise<void> {
  const { ledger, plan } = room;
  if (!plan.storage) return;
  if (!existsSync(SERVER)) {
    throw new RehearsalError(
      "app.buckets and app.permissions: moto plays AWS here. Install it with bin/install-moto",
    );
  }
  const at = ledger.state.storage ?? (await freePlace());
  ledger.change((state) => {
    state.storage = at;
  });
  await Promise.all([ensureServer(room, at.port), ensureCredentials(room, at.credentialsPort)]);
  await makeBuckets(room, at.port);
}

async function freePlace(): Promise<Pick<AccessHere, "port" | "credentialsPort">> {
  const [port, credentialsPort] = (await freePorts(2)) as [number, number];
  return { port, credentialsPort };
}

async function ensureServer(room: Room, port: number): Promise<void> {
  const { ledger } = room;
  if (isRunning(ledger.state.processes[STORAGE])) return;
  const record = recordOf(room);
  const before = existsSync(record);
  const started = start(ledger, {
    key: STORAGE,
    command: [SERVER, "-H", "127.0.0.1", "-p", String(port)],
    env: { MOTO_ENABLE_RECORDING: "true", MOTO_RECORDER_FILEPATH: record },
  });
  await ready(room, started, () => answersAt(`http://127.0.0.1:${port}/moto-api/`));
  if (before) await fetch(`http://127.0.0.1:${port}/moto-api/recorder/replay-recording`, { method: "POST" });
  room.say(`storage: moto plays S3 on 127.0.0.1:${port}`);
}

async function ensureCredentials(room: Room, port: number): Promise<void> {
  const { ledger, plan } = room;
  if (isRunning(ledger.state.processes[CREDENTIALS])) return;
  // What was killed from outside may have left its other half.
  await stop(ledger, CREDENTIALS);
  const folder = folderOf(room);
  writeFileSync(join(folder, "answer.json"), JSON.stringify(ANSWER));
  writeIn(join(folder, "rollout-credentials"), given(plan.storage, "storage in the plan").credentials, 0o700);
  const started = start(ledger, {
    key: CREDENTIALS,
    command: ["bash", join(folder, "rollout-credentials")],
    cwd: folder,
    env: {
      ROLLOUT_RUN: folder,
      ROLLOUT_ASK: "cat answer.json",
      ROLLOUT_AS: "",
      ROLLOUT_AT: `127.0.0.1 ${port}`,
    },
  });
  await ready(
    room,
    started,
    async () => existsSync(tokenFile(room)) && answersAt(`http://127.0.0.1:${port}/`),
  );
}

/** Credentials that open nothing: moto asks for some and looks at none. */
const ANSWER = {
  AccessKeyId: "ASIAREHEARSAL",
  SecretAccessKey: "rehearsal",
  Token: "rehearsal",
  Expiration: "2099-01-01T00:00:00Z",
};

/** Gives a copy of the stack all that the stack's own app has stored until now, before the copy's storage is started. */
export function lendStorage(live: Pick<Room, "ledger">, copy: Pick<Room, "ledger">): void {
  if (!existsSync(recordOf(live))) return;
  // A line each; the last one may be half written.
  const text = readFileSync(recordOf(live), "utf8");
  writeFileSync(recordOf(copy), text.slice(0, text.lastIndexOf("\n") + 1), { mode: 0o600 });
}

async function makeBuckets({ plan, say }: Room, port: number): Promise<void> {
  const { CreateBucketCommand, ListBucketsCommand, PutBucketVersioningCommand, S3Client } = await import(
    "@aws-sdk/client-s3"
  );
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: ANSWER.AccessKeyId, secretAccessKey: ANSWER.SecretAccessKey },
  });
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  const there = new Set(Buckets.map(({ Name }) => Name));
  for (const { name: Bucket, versioned } of given(plan.storage, "storage in the plan").buckets.filter(
    ({ name }) => !there.has(name),
  )) {
    await client.send(new CreateBucketCommand({ Bucket }));
    if (versioned) {
      const VersioningConfiguration = { Status: "Enabled" } as const;
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    }
    say(`storage: bucket ${Bucket}`);
  }
  client.destroy();
}

/** Undefined: the app is given nothing of AWS. */
export function accessHere(room: Room): AccessHere | undefined {
  const { storage } = room.ledger.state;
  if (!room.plan.storage || !storage) return undefined;
  return { ...storage, token: readFileSync(tokenFile(room), "utf8") };
}

/** What moto was asked. */
function recordOf(room: Pick<Room, "ledger">): string {
  return join(folderOf(room), "recording");
}

function tokenFile(room: Room): string {
  return join(folderOf(room), "credentials-token");
}

function folderOf({ ledger }: Pick<Room, "ledger">): string {
  const folder = join(ledger.place.folder, STORAGE);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function ready({ signal }: Room, started: Started, is: () => Promise<boolean>): Promise<void> {
  // Moto loads all of AWS before it answers.
  return untilReady(started, is, { deadlineMs: 60_000, signal });
}
