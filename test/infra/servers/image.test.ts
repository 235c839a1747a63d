import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Images, type ImagesArgs } from "../../../infra/servers/image.ts";
import { record } from "../../support/mocks.ts";

const LOGIN = "aws:ecr/getAuthorizationToken:getAuthorizationToken";
const IMAGE = "docker:index/image:Image";
const PINNED = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app@sha256:${"a".repeat(64)}`;

function recordImages(args: ImagesArgs, track = "blue") {
  const answer = () => ({ userName: "AWS", password: "canary-token" });
  return record(
    () => {
      const images = new Images("beta", args);
      return { image: images.imageOf(track), others: images.otherRepositoryArns };
    },
    args.builds[track] ? { invokes: { [LOGIN]: answer } } : {},
  );
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "rollout-build-"));
  writeFileSync(path.join(folder, "Dockerfile"), "FROM scratch\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the repository", () => {
  it("scans, encrypts, never lets a tag change, and forgets old builds", async () => {
    const recording = await recordImages({ builds: {}, images: { blue: PINNED } });
    expect(recording.one("aws:ecr/repository:Repository").inputs).toEqual({
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS" }],
    });
    const { inputs } = recording.one("aws:ecr/lifecyclePolicy:LifecyclePolicy");
    expect(JSON.parse(inputs.policy).rules).toHaveLength(2);
  });
});

describe("a pinned image", () => {
  it("is run as it is: nothing is built, nobody logs in", async () => {
    const recording = await recordImages({ builds: {}, images: { blue: PINNED, green: PINNED } });
    expect(recording.of(IMAGE)).toEqual([]);
    expect(recording.outputs).toEqual({
      image: PINNED,
      others: ["arn:aws:ecr:eu-west-1:123456789012:repository/team/app"],
    });
  });
});

describe("a build", () => {
  it("is made once for all tracks of a folder, and run by its digest", async () => {
    const recording = await recordImages({ builds: { blue: folder, green: folder }, images: {} });
    const { name, inputs } = recording.one(IMAGE);
    expect(recording.outputs.image).toBe(`\${${name}.repoDigest}`);
    expect(inputs.imageName).toMatch(/^\$\{beta-app\.repositoryUrl\}:[0-9a-f]{16}-amd64$/);
    expect(inputs.build).toMatchObject({ platform: "linux/amd64" });
    expect(inputs.build.context).toBe(`.cache/build/${inputs.imageName.slice(-22, -6)}`);
    expect(inputs.build.dockerfile).toBe(`${inputs.build.context}/Dockerfile`);
    expect(readFileSync(inputs.build.dockerfile, "utf8")).toBe("FROM scratch\n");
    expect(inputs.registry.password).toEqual({ secret: "canary-token" });
  });

  it("fits the servers' processor", async () => {
    const recording = await recordImages({ builds: { blue: folder }, images: {}, architecture: "arm64" });
    expect(recording.one(IMAGE).inputs.build.platform).toBe("linux/arm64");
  });

  it("names the sample app by its folder in the project, wherever the project is", async () => {
    const recording = await recordImages({ builds: { blue: "app" }, images: {} });
    expect(recording.one(IMAGE).name).toBe("beta-app");
    expect(recording.one(IMAGE).inputs.build.context).toMatch(/^\.cache\/build\/[0-9a-f]{16}$/);
  });

  it("is refused without a Dockerfile", async () => {
    await expect(recordImages({ builds: { blue: "docs" }, images: {} })).rejects.toThrow(
      "rollout:tracks: the build folder docs has no Dockerfile",
    );
  });
});
