import type { Copy } from "../../rollout/drill/restore/rehearsal-copy.ts";
import { copyAt, runScript } from "../rehearsal/back-in-time.ts";
import type { Stack } from "../rehearsal/database.ts";
import { type Answer, type Answering, type Call, json, xml } from "./front.ts";

type Parameters = Record<string, string>;

/**
 * RDS, AWS Backup and Systems Manager as far as a restore drill asks them, in moto's place: the database is that of a
 * rehearsal, what is restored of it is restored by pgBackRest, and scripts run here, by a server's files in a folder.
 */
export class Restoring {
  /** Of copies that were made. */
  readonly made: string[] = [];
  /** What is done to a copy before anybody may look at it. */
  spoil: (copy: Copy) => Promise<unknown> = async () => {};
  readonly #project: Stack & { projectDir: string };
  readonly #port: number;
  readonly #server: Record<string, string>;
  /** When the one recovery point was made, in milliseconds since the epoch. */
  readonly #backedUpAt: number;
  readonly #commands = new Map<string, Awaited<ReturnType<typeof runScript>>>();
  #copy: { id: string; copy: Copy } | undefined;

  constructor(
    project: Stack & { projectDir: string },
    { port, server, backedUpAt }: { port: number; server: Record<string, string>; backedUpAt: number },
  ) {
    this.#project = project;
    this.#port = port;
    this.#server = server;
    this.#backedUpAt = backedUpAt;
  }

  get answering(): Answering {
    return async (call) => {
      const { name, body } = call;
      const form = Object.fromEntries(new URLSearchParams(body));
      if (name.endsWith("/recovery-points")) return json({ RecoveryPoints: [this.#point] });
      if (name.endsWith("/restore-metadata")) return json({ RestoreMetadata: { Engine: "postgres" } });
      if (name === "PUT /restore-jobs") return this.#startJob(JSON.parse(body).Metadata);
      if (name.startsWith("GET /restore-jobs/")) return json({ Status: "COMPLETED" });
      if (name === "RestoreDBInstanceToPointInTime") return this.#goBack(form);
      if (name === "DescribeDBInstances") return this.#describe(form);
      if (name === "DeleteDBInstance") return this.#delete(form);
      if (name === "SendCommand") return this.#send(call);
      if (name === "GetCommandInvocation") return this.#ended(call);
      return undefined;
    };
  }

  get #point() {
    const RecoveryPointArn = "arn:aws:rds:us-east-1:123456789012:snapshot:awsbackup:job-1";
    return { RecoveryPointArn, CreationDate: this.#backedUpAt / 1000, Status: "COMPLETED" };
  }

  async #startJob({ DBInstanceIdentifier = "" }: Parameters): Promise<Answer> {
    await this.#make(DBInstanceIdentifier, this.#backedUpAt);
    return json({ RestoreJobId: "job-1" });
  }

  async #goBack({ TargetDBInstanceIdentifier = "", RestoreTime = "" }: Parameters): Promise<Answer> {
    await this.#make(TargetDBInstanceIdentifier, Date.parse(RestoreTime));
    return xml("RestoreDBInstanceToPointInTime", "");
  }

  async #make(id: string, moment: number): Promise<void> {
    this.made.push(id);
    const copy = await copyAt(this.#project, moment);
    await this.spoil(copy);
    this.#copy = { id, copy };
  }

  #describe({ DBInstanceIdentifier: id = "" }: Parameters): Answer {
    const isCopy = id.includes("-drill-");
    if (isCopy && this.#copy?.id !== id)
      return {
        status: 404,
        body: "<ErrorResponse><Error><Code>DBInstanceNotFound</Code></Error></ErrorResponse>",
      };
    const port = isCopy ? this.#copy!.copy.store.port : this.#port;
    const fields = {
      DBInstanceIdentifier: id,
      DBInstanceStatus: "available",
      ...{ Engine: "postgres", EngineVersion: "15.8", StorageEncrypted: true, AllocatedStorage: 20 },
      LatestRestorableTime: new Date().toISOString(),
    };
    const instance = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
    const endpoint = `<Endpoint><Address>localhost</Address><Port>${port}</Port></Endpoint>`;
    return xml(
      "DescribeDBInstances",
      `<DBInstances><DBInstance>${instance.join("")}${endpoint}</DBInstance></DBInstances>`,
    );
  }

  async #delete({ DBInstanceIdentifier: id }: Parameters): Promise<Answer> {
    if (this.#copy?.id !== id) throw new Error(`the drill deletes ${id}`);
    await this.#copy!.copy.remove();
    this.#copy = undefined;
    return xml("DeleteDBInstance", "");
  }

  async #send({ body }: Call): Promise<Answer> {
    const { Parameters, DocumentName } = JSON.parse(body);
    if (DocumentName !== "AWS-RunShellScript") throw new Error(`the drill runs ${DocumentName}`);
    const CommandId = `command-${this.#commands.size + 1}`;
    this.#commands.set(CommandId, await runScript(this.#server, Parameters.commands.join("\n")));
    return json({ Command: { CommandId } });
  }

  #ended({ body }: Call): Answer {
    const { code, stdout, stderr } = this.#commands.get(JSON.parse(body).CommandId)!;
    return json({
      Status: code === 0 ? "Success" : "Failed",
      ResponseCode: code,
      StandardOutputContent: stdout.slice(0, 24_000),
      StandardErrorContent: stderr.slice(0, 24_000),
    });
  }
}
