import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandLine } from "../../rollout/cli/command-line.ts";
import { VERBS } from "../../rollout/cli/verbs.ts";
import type { Value } from "../../rollout/graph/model.ts";
import { layOutSample, ROOT } from "../support/sample.ts";
import { shippedGraph } from "../support/shipped-graph.ts";

// Every verb that goes to AWS, typed by somebody who lacks what it takes: a sentence with what to do, no stack of ours, and
// nothing is changed. The AWS SDK, Pulumi's Automation API and Node say what is lacking, each in its own way.

/** A verb's words besides `--stack beta --on aws`. A verb that isn't here fails the first test. */
const WORDS: Record<string, string[]> = {
  check: [],
  cohorts: [],
  console: ["database"],
  controller: ["--journal", "beta-journal-1234567", "--region", "us-east-1"],
  digest: [],
  "drill restore": [],
  exec: ["--track", "blue"],
  "flags off": ["dashboard_charts"],
  "flags history": [],
  incident: ["--severity", "P1", "--since", "10m"],
  load: ["--profile", "10", "--for", "2s", "--yes-on-aws"],
  logs: [],
  maintenance: ["on"],
  pause: [],
  plan: [],
  postmortem: [],
  promote: [],
  ps: [],
  report: [],
  restore: ["--to", "2026-11-21T09:30:00Z", "--yes", "beta"],
  resume: [],
  rollback: [],
  run: ["--candidate", "green"],
  shift: ["blue=50", "green=50"],
  smoke: [],
  status: [],
  ui: [],
  "upgrade-database": ["--to", "17", "--yes", "beta"],
};

let folder: string;
let project: string;
let server: Server;
let answer: { code: string; status: number };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "no-access-"));
  project = join(folder, "project");
  mkdirSync(project);
  layOutSample(project);
  writeFileSync(join(folder, "state.json"), JSON.stringify({ deployment: await deployment(), ups: [] }));
  const pulumi = join(folder, "bin", "pulumi");
  mkdirSync(dirname(pulumi));
  writeFileSync(pulumi, `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/test/aws/pulumi/main.ts" "$@"\n`);
  chmodSync(pulumi, 0o755);
  // Of all that is on the PATH, Node alone.
  mkdirSync(join(folder, "node"));
  symlinkSync(process.execPath, join(folder, "node", "node"));
  server = createServer((request, response) => {
    const asked = request.headers["content-type"] ?? "";
    const message = `${answer.code} for ${request.url?.split("?")[0]}`;
    const isJson =
      /json/.test(asked) || /^\/(applications|backup-vaults|backup-jobs)/.test(request.url ?? "");
    response.writeHead(answer.status, {
      "content-type": isJson ? "application/json" : "text/xml",
      ...(isJson && { "x-amzn-errortype": answer.code }),
    });
    const error = `<Error><Code>${answer.code}</Code><Message>${message}</Message></Error>`;
    const isQuery = /x-www-form-urlencoded/.test(asked);
    request
      .resume()
      .on("end", () =>
        response.end(
          isJson
            ? JSON.stringify({ __type: answer.code, message })
            : isQuery
              ? `<ErrorResponse>${error}<RequestId>1</RequestId></ErrorResponse>`
              : error,
        ),
      );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Of a listener as metrics are asked by it; of anything else any. */
function arnOf(urn: string, name = ""): string {
  const what = urn.includes(":Listener::") ? `listener/app/${name}/0123456789abcdef/0123456789abcdef` : name;
  return `arn:aws:x:us-east-1:123456789012:${what}`;
}

/** The stack's state as after an `up`: what the program says, and names that AWS would have given. */
async function deployment() {
  const graph = await shippedGraph("beta");
  const named = (value: Value | undefined): unknown => {
    if (Array.isArray(value)) return value.map(named);
    if (typeof value !== "object" || value === null) return value;
    const { $ref, $secret, $join } = value as {
      $ref?: { urn: string; property: string };
      $secret?: Value[];
      $join?: Value[];
    };
    if ($ref) {
      const name = $ref.urn.split("::").at(-1);
      return /arn$/i.test($ref.property) ? arnOf($ref.urn, name) : `${name}-${$ref.property}`;
    }
    if ($secret) return named($secret[0]);
    if ($join) return $join.map(named).join("");
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, named(each)]));
  };
  const stack = `urn:pulumi:beta::rollout::pulumi:pulumi:Stack::rollout-beta`;
  return {
    resources: [
      { urn: stack, type: "pulumi:pulumi:Stack", outputs: named(graph.outputs) },
      ...graph.resources.map(({ urn, type, name, inputs }) => ({
        urn,
        type,
        outputs: {
          ...(named(inputs as Value) as object),
          name,
          arn: arnOf(urn, name),
        },
      })),
    ],
  };
}

/** They take `--on aws` to say that there they can't. */
const NOT_YET = ["drill migrate"];

const TELLING = ["digest", "incident", "postmortem"];
/** They ask nothing of the stack's state: AppConfig, git, or the public name is all that they take. */
const WITHOUT_STATE = ["controller", "flags off", "flags history", "load"];

/** They ask nothing of AWS themselves: users' own way is all that they take, or Pulumi does it. */
const WITHOUT_AWS = ["load", "maintenance", "smoke"];
/** Each has its own clients of AWS. Where the answers differ in their words alone these are enough. */
const DIFFERENT = ["check", "drill restore", "flags off", "ps", "run", "status"];

interface Situation {
  what: string;
  env: () => NodeJS.ProcessEnv;
  said: RegExp;
  answer?: { code: string; status: number };
}

const KEYS = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "example" };
const atServer = () => ({
  ...KEYS,
  AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
});

const SITUATIONS: Situation[] = [
  {
    what: "without a Pulumi CLI",
    env: () => ({ ...KEYS, PATH: join(folder, "node") }),
    said: /There is no Pulumi CLI: .*npx pulumi version/,
  },
  {
    what: "without credentials",
    env: () => ({}),
    said: /There are no credentials of AWS here\. .*aws sso login/,
  },
  {
    what: "without a network",
    env: () => ({ ...KEYS, AWS_ENDPOINT_URL: "http://127.0.0.1:9" }),
    said: /It can't be reached from here: .*network/,
  },
  {
    what: "with a token that has ended",
    env: atServer,
    answer: { code: "ExpiredTokenException", status: 403 },
    said: /AWS's credentials have ended\. .*aws sso login/,
  },
  {
    what: "with another account's credentials",
    env: atServer,
    answer: { code: "AccessDeniedException", status: 403 },
    said: /AWS refuses: .*aws sts get-caller-identity/,
  },
];

function wordsOf(verb: string): string[] {
  const own = WORDS[verb] ?? [];
  const at = ["--stack", "beta", "--on", "aws"];
  return verb === "exec" ? [verb, ...own, ...at, "--", "true"] : [...verb.split(" "), ...own, ...at];
}

async function typed(verb: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(ROOT, "rollout/main.ts"), ...wordsOf(verb)], {
    cwd: project,
    env: {
      PATH: [join(folder, "bin"), join(folder, "node"), "/usr/bin", "/bin"].join(delimiter),
      HOME: join(folder, "home"),
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_MAX_ATTEMPTS: "1",
      PULUMI_STAND_IN: join(folder, "state.json"),
      NO_COLOR: "1",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  clearTimeout(late);
  return { code: code as number | null, said: out + err };
}

/** Those with `--on`, also below another verb. */
function verbsIn(command: Command, above: string[] = []): string[] {
  const path = [...above, command.name()];
  const own = command.options.some(({ long }) => long === "--on") ? [path.join(" ")] : [];
  return [...own, ...command.commands.flatMap((each) => verbsIn(each, path))];
}

test("every verb that goes to AWS is here", async () => {
  const found = await Promise.all(
    Object.keys(VERBS).map(async (verb) => {
      const program = await commandLine([verb]);
      return program.commands.filter((each) => each.name() === verb).flatMap((each) => verbsIn(each));
    }),
  );
  expect(found.flat().toSorted()).toEqual([...Object.keys(WORDS), ...NOT_YET].toSorted());
});

describe.each(SITUATIONS)("$what", ({ what, env, said, answer: given }) => {
  const config = () =>
    readFileSync(join(project, "Pulumi.beta.yaml"), "utf8") +
    readFileSync(join(project, "flags.beta.yaml"), "utf8");

  const all = Object.keys(WORDS);
  const asking = what === "without credentials" ? all : DIFFERENT;
  const verbs = what.includes("Pulumi")
    ? all.filter((verb) => !WITHOUT_STATE.includes(verb))
    : asking.filter((verb) => !WITHOUT_AWS.includes(verb));
  test.each(verbs)("%s says what to do, and changes nothing", async (verb) => {
    if (given) answer = given;
    const before = config();
    const seen = await typed(verb, env());
    // What is written for people on a bad day must come all the same, and says what it lacks.
    if (!TELLING.includes(verb)) expect(seen.code, seen.said).not.toBe(0);
    expect(seen.said).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(seen.said.replaceAll(/\s+/g, " ")).toMatch(said);
    expect(seen.said.length).toBeLessThan(8_000);
    expect(config()).toBe(before);
  });
});
