import { DELETABLE, type Guard, guard, off, on, PUBLIC, ranked } from "./guard.ts";

/** What protects buckets, vaults, images and keys. */
export const STORAGE: Guard[] = [
  guard(
    /^aws:s3\/bucketPublicAccessBlock:/,
    "blockPublicAcls",
    on(false),
    "the block on public access",
    PUBLIC,
  ),
  guard(
    /^aws:s3\/bucketPublicAccessBlock:/,
    "blockPublicPolicy",
    on(false),
    "the block on public access",
    PUBLIC,
  ),
  guard(
    /^aws:s3\/bucketPublicAccessBlock:/,
    "ignorePublicAcls",
    on(false),
    "the block on public access",
    PUBLIC,
  ),
  guard(
    /^aws:s3\/bucketPublicAccessBlock:/,
    "restrictPublicBuckets",
    on(false),
    "the block on public access",
    PUBLIC,
  ),
  guard(
    /^aws:(s3\/bucket|backup\/vault|ecr\/repository):/,
    "forceDestroy",
    off(false),
    "the refusal to delete what isn't empty",
    DELETABLE,
  ),
  guard(
    /^aws:ecr\/repository:/,
    "imageTagMutability",
    ranked("MUTABLE", "IMMUTABLE"),
    "tags that can't be moved",
    "A tag that was tested can name another image later.",
  ),
  guard(
    /^aws:ecr\/repository:/,
    "imageScanningConfiguration.scanOnPush",
    on(false),
    "the scan for known holes",
    "Images with known holes go unnoticed.",
  ),
  guard(
    /^aws:kms\/key:/,
    "enableKeyRotation",
    on(false),
    "the key's rotation",
    "A key that leaked stays good for ever.",
  ),
];
