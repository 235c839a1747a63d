import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { GraphOptions } from "../model.ts";
import type { Wire } from "./wire.ts";

/** A resource as the program asks the engine for it. */
export interface Registration {
  urn: string;
  type: string;
  name: string;
  custom: boolean;
  /** As sent: secrets and assets are marked objects (see wire.ts). */
  inputs: Record<string, Wire>;
  /** The urn of the component it belongs to; undefined at the top. */
  parent?: string;
  /** Sorted urns, explicit (`dependsOn`) and from inputs. */
  dependencies: string[];
  /** Absent means the default. */
  options: GraphOptions;
}

/** Reads the engine's RegisterResourceRequest (pulumi/proto/resource.proto). */
export function registrationOf(
  request: RegisterResourceRequest,
  { project, stack }: { project: string; stack: string },
): Registration {
  const type: string = request.getType();
  const name: string = request.getName();
  const parent: string = request.getParent();
  const atTop = parent === "" || qualifiedType(parent) === "pulumi:pulumi:Stack";
  const path = atTop ? type : `${qualifiedType(parent)}$${type}`;
  return {
    urn: `urn:pulumi:${stack}::${project}::${path}::${name}`,
    type,
    name,
    custom: request.getCustom(),
    inputs: (request.getObject()?.toJavaScript() ?? {}) as Record<string, Wire>,
    ...(atTop ? {} : { parent }),
    dependencies: [...request.getDependenciesList()].sort(),
    options: optionsOf(request),
  };
}

/** `a$b` of `urn:pulumi:stack::project::a$b::name`: the types of the resource's parents and its own. */
function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

function optionsOf(request: RegisterResourceRequest): GraphOptions {
  const options: GraphOptions = {};
  if (request.getProtect()) options.protect = true;
  if (request.getRetainondelete()) options.retainOnDelete = true;
  if (request.getDeletebeforereplacedefined()) options.deleteBeforeReplace = request.getDeletebeforereplace();
  if (request.getImportid()) options.import = request.getImportid();
  if (request.getDeletedwith()) options.deletedWith = request.getDeletedwith();
  // A provider is sent as `urn::id`; the id is the cloud's. An explicit one has the version, its resources don't matter.
  const provider = request.getProvider().split("::").slice(0, 4).join("::");
  if (provider) options.provider = provider;
  else if (request.getVersion()) options.version = request.getVersion();
  const lists = {
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  };
  for (const [key, list] of Object.entries(lists)) {
    if (list.length > 0) options[key as keyof typeof lists] = [...list].sort();
  }
  const aliases = aliasesOf(request);
  if (aliases.length > 0) options.aliases = aliases;
  const timeouts = timeoutsOf(request);
  if (Object.keys(timeouts).length > 0) options.customTimeouts = timeouts;
  const hooks = hooksOf(request);
  if (Object.keys(hooks).length > 0) options.hooks = hooks;
  return options;
}

function hooksOf(request: RegisterResourceRequest): Record<string, string[]> {
  // `beforeCreateList` and its like are lists of names.
  const bound = Object.entries(request.getHooks()?.toObject() ?? {});
  return Object.fromEntries(
    bound
      .filter(([, names]) => Array.isArray(names) && names.length > 0)
      .map(([when, names]): [string, string[]] => [when.replace(/List$/, ""), names as string[]]),
  );
}

function aliasesOf(request: RegisterResourceRequest): (string | Record<string, string>)[] {
  return request.getAliasesList().map((alias) => {
    const spec = alias.getSpec();
    if (!spec) return alias.getUrn();
    return filled({
      name: spec.getName(),
      type: spec.getType(),
      stack: spec.getStack(),
      project: spec.getProject(),
      parent: spec.getParenturn(),
      noParent: spec.getNoparent() ? "true" : "",
    });
  });
}

function timeoutsOf(request: RegisterResourceRequest): Record<string, string> {
  const timeouts = request.getCustomtimeouts();
  if (!timeouts) return {};
  return filled({
    create: timeouts.getCreate(),
    update: timeouts.getUpdate(),
    delete: timeouts.getDelete(),
    read: timeouts.getRead(),
  });
}

function filled(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text));
}
