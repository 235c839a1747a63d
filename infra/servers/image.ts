import { existsSync } from "node:fs";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { projectFolder } from "../project-folder.ts";
import { entry, nth } from "../sure.ts";
import type { Architecture } from "./architecture.ts";
import { buildContext, contextDigest } from "./build-context.ts";
import { stageContext } from "./staged-context.ts";

export interface ImagesArgs {
  /** Track → the folder to build, relative to the project's root. */
  builds: Record<string, string>;
  /** Track → an image pinned by digest. */
  images: Record<string, string>;
  /** The servers' processor; `amd64` without it. */
  architecture?: Architecture;
}

/**
 * The tracks' images and the repository of those built here. A track runs a digest, never a tag.
 *
 * A tag is the digest of the files it was built from, the same in every clone, so a preview changes only when they do. To
 * go back to an earlier build, name its digest as the track's `image`: a tag can't be written twice.
 */
export class Images extends pulumi.ComponentResource {
  readonly repositoryArn: pulumi.Output<string>;
  readonly repositoryUrl: pulumi.Output<string>;
  /** Sorted ARNs of the ECR repositories that config's images come from; the servers must be allowed to read them. */
  readonly otherRepositoryArns: string[];
  readonly #images: ReadonlyMap<string, pulumi.Output<string>>;
  readonly #versions: ReadonlyMap<string, string>;

  constructor(name: string, args: ImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Images", name, {}, opts);
    const repository = this.#repository(name);
    const builds = this.#build(name, args, repository);
    this.#images = new Map([
      ...Object.entries(args.images).map(([track, image]) => [track, pulumi.output(image)] as const),
      ...Object.entries(args.builds).map(
        ([track, folder]) => [track, entry(builds, folder).image.repoDigest] as const,
      ),
    ]);
    this.#versions = new Map([
      ...Object.entries(args.images).map(
        ([track, image]) => [track, nth(image.split("@sha256:"), 1)] as const,
      ),
      ...Object.entries(args.builds).map(([track, folder]) => [track, entry(builds, folder).digest] as const),
    ]);
    this.repositoryArn = repository.arn;
    this.repositoryUrl = repository.repositoryUrl;
    this.otherRepositoryArns = [...new Set(Object.values(args.images).flatMap(repositoryArnOf))].sort();
    this.registerOutputs({ repositoryArn: this.repositoryArn, repositoryUrl: this.repositoryUrl });
  }

  /** `repository@sha256:...` of a track. */
  imageOf(track: string): pulumi.Output<string> {
    const image = this.#images.get(track);
    if (!image) throw new Error(`no such track: ${track}`);
    return image;
  }

  /**
   * 12 hex digits of what the track runs: of the image's digest, or of the folder it is built from. Known before the
   * build, so that a preview and the rehearsal show it too.
   */
  versionOf(track: string): string {
    const version = this.#versions.get(track);
    if (!version) throw new Error(`no such track: ${track}`);
    return version.slice(0, 12);
  }

  #repository(name: string): aws.ecr.Repository {
    const child = { parent: this };
    const repository = new aws.ecr.Repository(
      `${name}-app`,
      {
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS" }],
      },
      child,
    );
    new aws.ecr.LifecyclePolicy(
      `${name}-app`,
      { repository: repository.name, policy: JSON.stringify(LIFECYCLE) },
      child,
    );
    return repository;
  }

  /** One build a folder, also when several tracks run it. */
  #build(name: string, args: ImagesArgs, repository: aws.ecr.Repository): Map<string, Build> {
    const folders = [...new Set(Object.values(args.builds))].sort();
    if (folders.length === 0) return new Map();
    const { architecture = "amd64" } = args;
    const login = aws.ecr.getAuthorizationTokenOutput(
      { registryId: repository.registryId },
      { parent: this },
    );
    return new Map(
      folders.map((folder) => {
        const full = inProject(folder);
        if (!existsSync(path.join(full, "Dockerfile"))) {
          throw new pulumi.RunError(`rollout:tracks: the build folder ${folder} has no Dockerfile`);
        }
        const files = buildContext(full);
        const digest = contextDigest(files);
        const short = digest.slice(0, 16);
        const stage = inProject(`.cache/build/${short}`);
        stageContext(files, { folder, stage });
        // The Docker provider works where the program does, and an absolute path would differ on each machine.
        const context = path.relative(process.cwd(), stage);
        const image = new docker.Image(
          `${name}-${folder.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "") || "root"}`,
          {
            imageName: pulumi.interpolate`${repository.repositoryUrl}:${short}-${architecture}`,
            build: {
              context,
              dockerfile: path.join(context, "Dockerfile"),
              platform: `linux/${architecture}`,
            },
            // The token is new at every run; the provider doesn't take that for a change.
            registry: {
              server: repository.repositoryUrl,
              username: login.userName,
              password: pulumi.secret(login.password),
            },
          },
          { parent: this },
        );
        return [folder, { image, digest }];
      }),
    );
  }
}

interface Build {
  image: docker.Image;
  /** Of what it is built from. */
  digest: string;
}

function inProject(folder: string): string {
  return path.resolve(projectFolder(), folder);
}

/** Fifty builds stay to go back to; what a failed push leaves goes after a day. */
const LIFECYCLE = {
  rules: [
    {
      rulePriority: 1,
      description: "Remove what carries no tag",
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 1 },
      action: { type: "expire" },
    },
    {
      rulePriority: 2,
      description: "Keep the last 50 builds",
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 50 },
      action: { type: "expire" },
    },
  ],
};

/** The repository of an image in ECR; nothing for one of another registry. */
function repositoryArnOf(image: string): string[] {
  const ecr = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^@:]+)[@:]/.exec(image);
  return ecr ? [`arn:aws:ecr:${ecr[2]}:${ecr[1]}:repository/${ecr[3]}`] : [];
}
