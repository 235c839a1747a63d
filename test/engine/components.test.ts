import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { packed, unpacked } from "../adopt/packages.ts";
import { programIn } from "../components/programs.ts";
import { ROOT } from "../support/sample.ts";
import { Engine, pulumiThere } from "./engine.ts";

// The components as teams have them: from the package that npm packs, in projects of their own. Pulumi's own command reads the
// schema, makes the SDKs and runs the programs of docs/components.md.

const COMPONENTS = "node_modules/rollout-stack/components";
const LISTENER = "aws:lb/listener:Listener";

describe.skipIf(!pulumiThere)("the real engine, with the parts one by one", () => {
  const engines: Engine[] = [];
  let archive: string;
  beforeAll(async () => {
    const engine = await Engine.ofAnother("dev", {});
    engines.push(engine);
    archive = packed(engine.folder);
  }, 400_000);
  afterAll(async () => {
    for (const engine of engines) await engine.remove();
  });

  /** A team's project with our package installed, and a stack. */
  async function project(runtime: string, files: Record<string, string>): Promise<Engine> {
    const engine = await Engine.ofAnother("dev", {
      "Pulumi.yaml": `name: shop\nruntime: ${runtime}\npackages:\n  rollout: ./${COMPONENTS}\n`,
      "Pulumi.dev.yaml": "config:\n  aws:region: eu-west-1\n",
      ...files,
    });
    engines.push(engine);
    const installed = join(engine.project, "node_modules");
    mkdirSync(join(installed, "@pulumi"), { recursive: true });
    for (const folder of ["", "@pulumi"])
      for (const name of readdirSync(join(ROOT, "node_modules", folder)))
        if (name !== "@pulumi")
          symlinkSync(join(ROOT, "node_modules", folder, name), join(installed, folder, name));
    unpacked(archive, join(installed, "rollout-stack"));
    await engine.succeed("stack", "init", "dev", "--secrets-provider", "passphrase");
    return engine;
  }

  const inNode = (program: string) =>
    project("{ name: nodejs, options: { typescript: false } }", {
      "package.json": '{ "type": "module", "main": "index.ts" }',
      "index.ts": program,
    });

  /** A program that imports the SDK which Pulumi makes, so that each component is made by our provider. */
  async function throughProvider(): Promise<Engine> {
    const engine = await inNode(programIn("ts").replace("rollout-stack/components", "@pulumi/rollout"));
    await engine.succeed("package", "gen-sdk", `./${COMPONENTS}`, "--language", "nodejs", "--out", "sdk");
    compiled(join(engine.project, "sdk/nodejs"), join(engine.project, "node_modules/@pulumi/rollout"));
    return engine;
  }

  test("its schema is the package's", async () => {
    const engine = await inNode("export {};\n");
    const { stdout } = await engine.succeed("package", "get-schema", `./${COMPONENTS}`);
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const written = JSON.parse(readFileSync(join(ROOT, "components/rollout.schema.json"), "utf8"));
    const read = JSON.parse(stdout);
    expect([read.name, read.version]).toEqual(["rollout", version]);
    // The command leaves out what is empty, or says nothing, in its own form.
    for (const [token, { description, inputProperties }] of Object.entries<Resource>(written.resources)) {
      expect(read.resources[token].description).toBe(description);
      expect(described(read.resources[token].inputProperties)).toEqual(described(inputProperties));
    }
  });

  test("a Node that is too old is told so", async ({ skip }) => {
    const old = process.env.PATH!.split(delimiter).find((folder) => oldIn(folder));
    if (!old) return skip("no old Node on the PATH");
    const engine = await inNode("export {};\n");
    const { status, stderr } = spawnSync("pulumi", ["package", "get-schema", `./${COMPONENTS}`], {
      cwd: engine.project,
      env: { ...engine.environment, PATH: `${old}${delimiter}${engine.environment.PATH}` },
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(
      /Pulumi found Node (1\d|20)\.[\d.]+ first on the PATH; the program needs 22\.18 or later\./,
    );
  });

  test("TypeScript, by an import", async () => {
    const engine = await inNode(programIn("ts"));
    await engine.up();
    expect(await weights(engine)).toEqual([90, 10]);
  }, 300_000);

  test("TypeScript, by Pulumi's SDK: up, nothing to change, other weights, wrong ones refused", async () => {
    const engine = await throughProvider();
    // The alarms' hooks run in our provider's process, and look for each metric's first figure.
    let asked = 0;
    const cloudWatch = createServer((request, response) => {
      asked += 1;
      request.resume();
      response.writeHead(400).end();
    });
    await new Promise<void>((listening) => cloudWatch.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void cloudWatch.close());
    engine.variables = {
      AWS_ENDPOINT_URL_CLOUDWATCH: `http://127.0.0.1:${(cloudWatch.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
    };
    await engine.up();
    expect(asked).toBeGreaterThan(2);
    expect(await weights(engine)).toEqual([90, 10]);
    const made = (await engine.resources()).filter(({ type }) => type.startsWith("rollout:index:"));
    expect(made.map(({ type }) => type.split(":")[2]).toSorted()).toEqual(
      ["Alarms", "Alerts", "Balancer", "Database", "Track", "Track"].toSorted(),
    );
    const changed = async () => (await engine.steps()).filter(({ op }) => op !== "same");
    expect(await changed()).toEqual([]);

    const split = (blue: number, green: number) =>
      writeFileSync(
        join(engine.project, "index.ts"),
        readFileSync(join(engine.project, "index.ts"), "utf8")
          .replace(/(?<="blue", weight: )\d+/, String(blue))
          .replace(/(?<="green", weight: )\d+/, String(green)),
      );
    split(50, 50);
    const steps = (await changed()).filter(({ urn }) => !/::rollout:index:\w+::/.test(urn));
    expect(steps.map(({ op, urn }) => [op, urn.split("::").at(-1)])).toEqual([["update", "shop-https"]]);
    split(90, 20);
    const refused = await engine.pulumi("preview", "--stack", "dev");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("tracks[1].weight");
    expect(refused.output).toContain("weights must sum to 100, they sum to 110");
  }, 400_000);

  test("Python", async ({ skip }) => {
    skip(!onPath("pulumi-language-python"), "no pulumi-language-python on the PATH");
    const engine = await project("{ name: python, options: { toolchain: pip, virtualenv: venv } }", {
      "__main__.py": programIn("python"),
      "requirements.txt": "",
    });
    await engine.succeed("package", "add", `./${COMPONENTS}`);
    const network = { subnets: ["subnet-1", "subnet-2"], group: "sg-1" };
    await engine.succeed("config", "set", "network", JSON.stringify(network), "--stack", "dev");
    const made = (await engine.steps()).map(({ urn }) => urn.split("::").slice(-2).join(" "));
    expect(made.join("\n")).toMatch(/aws:rds\/instance:Instance shop-database$/m);
    expect(made.join("\n")).toMatch(/aws:backup\/selection:Selection shop-database$/m);
  }, 600_000);

  test("Go", async ({ skip }) => {
    skip(!onPath("pulumi-language-go"), "no pulumi-language-go on the PATH");
    const engine = await project("go", { "main.go": programIn("go"), "go.mod": "module shop\n\ngo 1.25\n" });
    await engine.succeed("package", "add", `./${COMPONENTS}`);
    const tidied = spawnSync("go", ["mod", "tidy"], { cwd: engine.project, encoding: "utf8" });
    expect(tidied.stderr).not.toContain("error");
    const group = (name: string) =>
      `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/${name}/1`;
    const network = {
      ...{ subnets: ["subnet-1", "subnet-2"], group: "sg-1", certificate: "arn:aws:acm:c" },
      ...{ blue: group("blue"), green: group("green") },
    };
    await engine.succeed("config", "set", "network", JSON.stringify(network), "--stack", "dev");
    await engine.up();
    expect(await weights(engine)).toEqual([90, 10]);
  }, 600_000);
});

interface Resource {
  description: string;
  inputProperties: Record<string, { description: string }>;
}

function described(properties: Resource["inputProperties"]): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([name, { description }]) => [name, description]));
}

/** What the HTTPS listener in the state sends to each track. */
async function weights(engine: Engine): Promise<number[]> {
  const { stdout } = await engine.succeed("stack", "export", "--stack", "dev");
  const listeners = JSON.parse(stdout).deployment.resources.filter(
    ({ type, inputs }: { type: string; inputs: { port: number } }) =>
      type === LISTENER && inputs.port === 443,
  );
  return listeners.flatMap(
    ({ inputs }: { inputs: { defaultActions: { forward: { targetGroups: { weight: number }[] } }[] } }) =>
      inputs.defaultActions.flatMap(({ forward }) => forward.targetGroups.map(({ weight }) => weight)),
  );
}

/** An SDK of Pulumi's as its own build makes it, without a check of its types. */
function compiled(from: string, to: string): void {
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  for (const file of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    if (!/\.(ts|json)$/.test(file)) continue;
    const text = readFileSync(join(from, file), "utf8");
    mkdirSync(join(to, file, ".."), { recursive: true });
    if (file.endsWith(".json")) writeFileSync(join(to, file), text);
    else
      writeFileSync(
        join(to, file.replace(/ts$/, "js")),
        ts.transpileModule(text, { compilerOptions: options }).outputText,
      );
  }
}

function oldIn(folder: string): boolean {
  const { stdout } = spawnSync(join(folder, "node"), ["--version"], { encoding: "utf8" });
  return /^v(1\d|20)\./.test(stdout ?? "");
}

function onPath(command: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
}
