import { upTo } from "../../../infra/sure.ts";
import type { Replaces } from "../model.ts";
import { cloudFormationProperty, cloudFormationType } from "./names.ts";
import { specification } from "./specification.ts";

/**
 * Whether a change of a property replaces the resource, as AWS's specification says. Properties inside a structure
 * (`healthCheck.path`) count as the structure's.
 *
 * Resources of the random provider are made once: any change makes another value (Random provider, "keepers").
 */
export function replaces(type: string, path: string): Replaces {
  if (type.startsWith("random:")) return "yes";
  if (!type.startsWith("aws:")) return "unknown";
  // Of the provider's alone (provider aws, `secret_version.go`): to AWS a version isn't a resource. The secret stays.
  if (type === "aws:secretsmanager/secretVersion:SecretVersion" && path.startsWith("secret")) return "yes";
  const spec = specification();
  const cfnType = cloudFormationType(type, spec);
  if (cfnType === undefined) return "unknown";
  const name = cloudFormationProperty(cfnType, upTo(path, /[.[]/), spec);
  if (name === null) return "no";
  if (name === undefined) return "unknown";
  return spec[cfnType]?.[name] ?? "unknown";
}
