import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ASSETS_SCRIPT, assetFiles } from "../../infra/host/assets/assets.ts";
import { HOST } from "../infra/host/example.ts";
import { DockerDaemon, type ImageFolder } from "./docker-daemon.ts";
import { Moto, motoThere, PYTHON, skipped } from "./moto.ts";

// The program that hands the versions' assets on, with AWS's SDK for Python, moto's S3 behind it, and Docker's own client.

const BUCKET = "production-assets-1a2b3c4";
const ASSETS = [
  { path: "/assets/", folder: "dist/assets" },
  { path: "/static/", folder: "/srv/static" },
];
const hasDocker = spawnSync("docker", ["--version"]).status === 0;
const why = hasDocker ? skipped : "(skipped: Docker's client isn't here) ";

describe.skipIf(!motoThere || !hasDocker)(`${why}the servers' assets`, () => {
  let moto: Moto;
  let docker: DockerDaemon;
  let s3: S3Client;
  const folder = mkdtempSync(join(tmpdir(), "assets-"));
  const images: ImageFolder[] = ["one", "two", "none"].map((name) => ({
    name: `${name}@sha256:${"0".repeat(64)}`,
    root: join(folder, "images", name),
    workingDir: "/app",
  }));
  const put = (image: string, path: string, text: string) => {
    const file = join(folder, "images", image, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };

  beforeAll(async () => {
    for (const version of ["one", "two"]) {
      put(version, `app/dist/assets/main-${version}.js`, `main of ${version}`);
      put(version, `app/dist/assets/deep [x]/later-${version} ñ.css`, `later of ${version}`);
      put(version, "app/dist/assets/logo.svg", `logo of ${version}`);
      put(version, "app/dist/assets/.hidden/map.json", "secret");
      put(version, "srv/static/base.0a1b2c3d4e5f.css", "the same");
      put(version, "app/secret.txt", "secret");
      symlinkSync("../../secret.txt", join(folder, "images", version, "app/dist/assets/link.js"));
    }
    put("none", "app/x", "x");
    moto = await Moto.start();
    docker = await DockerDaemon.start([], images);
    s3 = new S3Client({ region: HOST.region, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: HOST.region } as never;
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration }));
  });
  afterAll(async () => {
    docker?.stop();
    await moto?.stop();
    rmSync(folder, { recursive: true });
  });

  /** A server runs the script once. */
  const run = (server: string, image: string, endpoint = moto.endpoint) => {
    const place = join(folder, "servers", server);
    mkdirSync(place, { recursive: true });
    const files = assetFiles({
      ...HOST,
      image: images.find(({ name }) => name.startsWith(`${image}@`))?.name ?? image,
      assetsBucket: BUCKET,
      app: { ...HOST.app, assets: ASSETS },
    });
    writeFileSync(join(place, "assets.json"), files[0]!.content);
    const { content } = files.find(({ path }) => path === ASSETS_SCRIPT)!;
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_MAX_ATTEMPTS: "1",
      DOCKER_HOST: docker.host,
      ROLLOUT_ETC: place,
      ROLLOUT_ASSETS: join(place, "assets"),
    };
    return new Promise<{ status: number | null; stderr: string; kept: (path: string) => string | undefined }>(
      (done) => {
        const child = spawn(PYTHON, ["-c", content], { env });
        let stderr = "";
        child.stderr.on("data", (data) => {
          stderr += data;
        });
        child.on("close", (status) =>
          done({
            status,
            stderr,
            kept: (path) => {
              const file = join(place, "assets/kept", path);
              return existsSync(file) ? readFileSync(file, "utf8") : undefined;
            },
          }),
        );
      },
    );
  };
  const keys = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    return Contents.map(({ Key }) => Key!).toSorted();
  };

  it("are brought out of the image before the app starts: plain files alone, and no container stays", async () => {
    const { status, stderr, kept } = await run("blue-1", "one");
    expect([status, stderr]).toEqual([0, ""]);
    expect(await keys()).toEqual([
      "assets/deep [x]/later-one ñ.css",
      "assets/logo.svg",
      "assets/main-one.js",
      "static/base.0a1b2c3d4e5f.css",
    ]);
    expect(docker.left).toBe(0);
    expect(kept("assets/main-one.js")).toBeUndefined();
  });

  it("reach a server of another version, but for what it has itself, and a server that is there already", async () => {
    const green = await run("green-1", "two");
    expect([green.status, green.stderr]).toEqual([0, ""]);
    expect(green.kept("assets/main-one.js")).toBe("main of one");
    expect(green.kept("assets/deep [x]/later-one ñ.css")).toBe("later of one");
    for (const own of ["assets/logo.svg", "assets/main-two.js", "static/base.0a1b2c3d4e5f.css"])
      expect(green.kept(own)).toBeUndefined();
    const blue = await run("blue-1", "one");
    expect(blue.kept("assets/main-two.js")).toBe("main of two");
    expect(blue.kept("assets/logo.svg")).toBeUndefined();
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: "assets/logo.svg" }));
    expect(await Body!.transformToString()).toBe("logo of one");
  });

  it("go when the bucket has forgotten them, and what leads elsewhere never comes", async () => {
    for (const Key of ["assets/.env", "assets/a/../../x", "elsewhere/x.js", "assets//x.js", "assets/fine.js"])
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "x" }));
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "assets/main-two.js" }));
    const { status, kept } = await run("blue-1", "one");
    expect(status).toBe(0);
    expect(kept("assets/main-two.js")).toBeUndefined();
    expect(kept("assets/fine.js")).toBe("x");
    for (const odd of ["assets/.env", "elsewhere/x.js", "x", "../x"]) expect(kept(odd)).toBeUndefined();
  });

  it("are brought anew when they are a day old", async () => {
    const place = join(folder, "servers/blue-1");
    const before = await dated("assets/main-one.js");
    await new Promise((done) => setTimeout(done, 1100));
    await run("blue-1", "one");
    expect(await dated("assets/main-one.js")).toBe(before);
    // A day later, by the clock of who asks.
    const day = `import time\nnow = time.time\ntime.time = lambda: now() + 86500\n`;
    writeFileSync(join(folder, "sitecustomize.py"), day);
    process.env.PYTHONPATH = folder;
    try {
      await run("blue-1", "one");
    } finally {
      delete process.env.PYTHONPATH;
    }
    expect(await dated("assets/main-one.js")).toBeGreaterThan(before);
    expect(existsSync(place)).toBe(true);
  });

  it("say what they lack: an image without the folder, no image yet, no S3", async () => {
    const without = await run("red-1", "none");
    expect([without.status, without.stderr]).toEqual([
      1,
      expect.stringMatching(
        /the image has no folder dist\/assets[\s\S]*the image has no folder \/srv\/static/,
      ),
    ]);
    // Of a path that it doesn't know, nothing is kept: it would come before the app's own.
    expect(without.kept("assets/main-one.js")).toBeUndefined();
    const early = await run("red-2", "missing@sha256:1");
    expect([early.status, early.stderr]).toEqual([1, expect.stringContaining("rollout-assets: no assets: ")]);
    const cut = await run("blue-1", "one", "http://127.0.0.1:9");
    expect([cut.status, cut.stderr]).toEqual([1, expect.stringContaining("rollout-assets: no assets: ")]);
    expect(cut.kept("assets/fine.js")).toBe("x");
    expect(docker.left).toBe(0);
  });

  const dated = async (Key: string) => {
    const { LastModified } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return LastModified!.getTime();
  };
});
