import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { captureGraph, captureText } from "../../../rollout/graph/capture.ts";
import type { Graph, GraphResource } from "../../../rollout/graph/model.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures");
const small = join(FIXTURES, "small");

describe("the graph of a small program", () => {
  let graph: Graph;
  let text: string;
  beforeAll(async () => {
    text = await captureText({ projectDir: small, stack: "beta" });
    graph = JSON.parse(text);
  });
  const named = (name: string): GraphResource => graph.resources.find((each) => each.name === name)!;
  const ref = (name: string, property: string) => ({ $ref: { urn: named(name).urn, property } });

  test("names project, stack and every resource, sorted by urn", () => {
    expect(graph).toMatchObject({ version: 1, project: "small", stack: "beta" });
    const urns = graph.resources.map(({ urn }) => urn);
    expect(urns).toEqual([...urns].sort());
    expect(urns).toContain("urn:pulumi:beta::small::small:index:Store$aws:s3/bucket:Bucket::store-bucket");
    expect(urns).toHaveLength(12);
  });

  test("keeps parents, dependencies and options", () => {
    expect(named("store-page")).toMatchObject({
      custom: true,
      parent: named("store").urn,
      dependencies: [named("store-bucket").urn],
      options: { ignoreChanges: ["tags"] },
    });
    expect(named("store-bucket").options.protect).toBe(true);
    expect(named("store").custom).toBe(false);
  });

  test("keeps references, of properties and of whole resources", () => {
    expect(named("store-page").inputs.bucket).toEqual(ref("store-bucket", "id"));
    expect(named("store-pages").inputs.bucket).toEqual(ref("store-bucket", "id"));
    expect(graph.outputs.bucketArn).toEqual(ref("store-bucket", "arn"));
  });

  test("says what a data source was asked", () => {
    const urn = "invoke:aws:route53/getZone:getZone(name=example.com)";
    expect(named("record").inputs.zoneId).toEqual({ $ref: { urn, property: "zoneId" } });
  });

  test("shows user data decoded, with its references", () => {
    expect(named("server").inputs.userData).toEqual({
      $base64: {
        $join: [
          "#cloud-config\nstore: ",
          ref("store-bucket", "arn"),
          "\ndatabase: ",
          ref("password", "id"),
          "\n",
        ],
      },
    });
  });

  // Which of the config's secrets, by how it is encrypted.
  const encrypted = { $ref: { urn: "config:encrypted", property: expect.stringMatching(/^[0-9a-f]{12}$/) } };

  test("keeps what a secret refers to and nothing of its text", () => {
    expect(named("literal").inputs.value).toEqual({ $secret: [] });
    expect(named("joined").inputs.value).toEqual({
      $secret: [ref("password", "result"), ref("store-bucket", "arn")],
    });
    expect(named("encoded").inputs.value).toEqual({ $secret: [ref("password", "result")] });
    expect(named("json").inputs.value).toEqual({ $secret: [encrypted, encrypted] });
    expect(graph.outputs.secretText).toEqual({ $secret: [] });
  });

  test("makes text secret that was joined with a secret of the config, though the program forgot to", () => {
    expect(named("careless").inputs.value).toEqual({ $secret: [encrypted] });
  });

  test("lets no canary out, in clear or in base64", () => {
    expect(text).not.toContain("CANARY");
    expect(text).not.toContain("anaryCiphertext");
    expect(text).not.toContain(Buffer.from("CANARY-base64").toString("base64").slice(0, 12));
  });

  test("shows a digest for a file and for a folder, with the path from the project", () => {
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(named("store-page").inputs.source).toEqual({
      $asset: { kind: "file", path: "pages/index.html", sha256 },
    });
    expect(named("store-pages").inputs.source).toEqual({
      $asset: { kind: "archive", path: "pages", sha256 },
    });
  });

  test("names no place on this machine", () => {
    expect(named("store-pages").inputs.tags).toEqual({ from: "pages" });
    expect(text).not.toContain(import.meta.dirname.split("/").slice(0, 3).join("/"));
  });

  test("takes defaults from the project file", () => {
    expect(graph.outputs.greeting).toBe("hello");
  });

  test("is the same in another run, in another folder and with the config in another order", async () => {
    // Inside the project, where the program finds its packages.
    const cache = join(FIXTURES, "..", "..", ".cache");
    mkdirSync(cache, { recursive: true });
    const elsewhere = mkdtempSync(join(cache, "elsewhere-"));
    try {
      cpSync(small, elsewhere, { recursive: true });
      expect(await captureText({ projectDir: small, stack: "beta" })).toBe(text);
      expect(await captureText({ projectDir: elsewhere, stack: "beta" })).toBe(text);
      const reordered = await captureText({ projectDir: small, stack: "beta-reordered" });
      expect(reordered.replaceAll("beta-reordered", "beta")).toBe(text);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});

test("a program with functions that become text, and that prints", async () => {
  const { outputs } = await captureGraph({ projectDir: join(FIXTURES, "functions"), stack: "beta" });
  expect(outputs.text).toMatch(/words\.join\(" "\)/);
});

describe("what can't be captured", () => {
  const failure = (projectDir: string, stack = "beta"): Promise<Error> =>
    captureGraph({ projectDir, stack }).then(
      () => new Error("it was captured"),
      (error) => error,
    );

  test("a config with mistakes: the program's message, all of it", async () => {
    const { name, message } = await failure(join(FIXTURES, "refusing"));
    expect(name).toBe("UserError");
    expect(message).toBe(
      "refusing:weight: must be from 0 to 100, it is 101\nrefusing:stable: names no track",
    );
  });

  test("a stack that isn't there: the stacks that are", async () => {
    const { name, message } = await failure(small, "gamma");
    expect(name).toBe("UserError");
    expect(message).toBe('no stack "gamma": the stacks are beta, beta-reordered (Pulumi.<stack>.yaml)');
  });

  test("a folder without a project", async () => {
    expect((await failure(tmpdir())).message).toMatch(
      /^no Pulumi project here: .*Pulumi.yaml doesn't exist$/,
    );
  });

  test("a program that waits for what never happens", async () => {
    const { name, message } = await failure(join(FIXTURES, "waiting"));
    expect(name).toBe("UserError");
    expect(message).toMatch(/^the program ended before all of its outputs were known/);
  });

  test("a bug in the program: its message and where it is", async () => {
    const { name, message, stack } = await failure(join(FIXTURES, "broken"));
    expect(name).toBe("Error");
    expect(message).toBe("no use for true");
    expect(stack).toMatch(/broken\/index\.ts:5/);
  });
});
