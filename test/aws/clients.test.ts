import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { delimiter, dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { ofType } from "../../rollout/graph/resources.ts";
import { CLIENT_TESTS, commandsFor } from "../rollout/docs-clients.ts";
import type { DocCommand } from "../rollout/docs-pages.ts";
import { type Typed, Typist } from "../rollout/docs-typist.ts";
import { sampleProject } from "../support/sample.ts";
import { aws, awsCli } from "./cli.ts";
import { Moto, motoThere, skipped as withoutMoto } from "./moto.ts";

const skipped = awsCli
  ? withoutMoto
  : "(skipped: there is no AWS CLI of version 2 on the PATH, see bin/install-clients) ";
const commands = commandsFor(CLIENT_TESTS.aws).flatMap((page) => page.commands);

/** What must come of a command, by its first words. */
const OUTCOMES: Record<string, (command: DocCommand) => Promise<void>> = {
  "sts get-caller-identity": namesTheCaller,
  "logs tail": showsTheLog,
};

let moto: Moto;
let typist: Typist;

// Typed into the real AWS CLI, with moto's server in AWS's place.
describe.skipIf(!awsCli || !motoThere)(`${skipped}the pages' aws`, () => {
  beforeAll(async () => {
    moto = await Moto.start();
    call("iam", "create-user", "--user-name", "ann");
    const { AccessKey } = call("iam", "create-access-key", "--user-name", "ann");
    typist = new Typist(tmpdir(), () => ({
      ...process.env,
      PATH: [dirname(awsCli!), process.env.PATH].join(delimiter),
      AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey,
    }));
    for (const name of await logGroups("prod")) call("logs", "create-log-group", "--log-group-name", name);
  });
  afterAll(async () => {
    await typist?.interrupt();
    await moto?.stop();
  });

  test.each(commands)("$text", async (command) => {
    const [, service, operation] = command.words;
    const outcome = OUTCOMES[`${service} ${operation}`];
    if (!outcome) throw new Error(`nobody says what must come of ${command.text}`);
    await outcome(command);
  });
});

async function namesTheCaller(command: DocCommand): Promise<void> {
  const { code, said } = await type(command);
  expect(code, said).toBe(command.exitCode);
  expect(JSON.parse(said).Arn).toMatch(/:user\/ann$/);
}

/** What was logged before is shown, and what is logged while it follows. */
async function showsTheLog(command: DocCommand): Promise<void> {
  const [, , , group = ""] = command.words;
  const put = logTo(group);
  const before = put(Date.now() - 10 * 60_000);
  const old = put(Date.now() - 24 * 3_600_000);
  const typed = await type({ ...command, background: command.words.includes("--follow") });
  await said(typed, before);
  await said(typed, put(Date.now()));
  expect(typed.said).not.toContain(old); // --since
  expect(typed.code).toBeNull(); // it stays until Ctrl-C
  await typist.interrupt();
}

/** A stream of a log group. @returns writes a line of that time (milliseconds since the epoch), and says which */
function logTo(group: string): (timestamp: number) => string {
  const stream = ["--log-group-name", group, "--log-stream-name", "blue/i-1"];
  call("logs", "create-log-stream", ...stream);
  return (timestamp) => {
    const message = `request ${randomUUID()}`;
    call("logs", "put-log-events", ...stream, "--log-events", JSON.stringify([{ timestamp, message }]));
    return message;
  };
}

function said(typed: Typed, message: string): Promise<void> {
  return expect.poll(() => typed.said, { timeout: 30_000 }).toContain(message);
}

/** Older CLIs (before 2.13) read the endpoint from no variable and no file: it is typed behind the page's words. */
function type(command: DocCommand): Promise<Typed> {
  return typist.type(command, `${command.text} --endpoint-url ${moto.endpoint}`);
}

function call(...words: string[]) {
  return aws(moto.endpoint, ...words);
}

/** Those that the program makes. */
async function logGroups(stack: string): Promise<string[]> {
  const graph = await captureGraph({ projectDir: sampleProject(), stack });
  return ofType(graph, "aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => String(inputs.name));
}
