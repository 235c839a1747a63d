import {
  type ServerUnaryCall,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import {
  type IResourceProviderServer,
  ResourceProviderService,
} from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { replaces } from "../../../rollout/preview/replacement/replaces.ts";
import { answer } from "./answers.ts";
import { computed } from "./computed.ts";
import { differences } from "./differences.ts";
import type { Properties } from "./values.ts";

/**
 * A provider that provisions nothing: a resource's outputs are its inputs and what `computed` makes up for its type.
 * Secrets come marked and go back marked, as the engine expects of a provider that accepts them.
 *
 * Source: provider.proto of pulumi/pulumi.
 */
export function echo(version: string): UntypedServiceImplementation {
  const service: Partial<IResourceProviderServer> = {
    getPluginInfo: unary(() => new pluginMessages.PluginInfo().setVersion(version)),
    checkConfig: unary(check),
    diffConfig: unary(() =>
      new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: unary(() => new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true)),
    check: unary(check),
    diff: unary(diff),
    create: unary(create),
    read: unary((request) =>
      new messages.ReadResponse()
        .setId(request.getId())
        .setProperties(request.getProperties())
        .setInputs(request.getInputs()),
    ),
    update: (call, callback) => {
      const { request } = call;
      setTimeout(() => unary(update)(call, callback), request.getPreview() ? 0 : UPDATE_MS);
    },
    delete: unary(nothing),
    cancel: unary(nothing),
    invoke: unary((request) =>
      new messages.InvokeResponse().setReturn(
        struct(request.getArgs()!, answer(request.getTok(), properties(request.getArgs()))),
      ),
    ),
  };
  return service as UntypedServiceImplementation;
}

/** How long an update takes: what is ended on the way must be on the way for a while. */
const UPDATE_MS = Number(process.env.ECHO_UPDATE_MS ?? 0);

function check(request: messages.CheckRequest) {
  return new messages.CheckResponse().setInputs(request.getNews());
}

/** What a change replaces is what AWS's specification says, as the real provider mostly does. */
function diff(request: messages.DiffRequest) {
  const { DiffResponse, PropertyDiff } = messages;
  const type = request.getUrn().split("::")[2]!.split("$").at(-1)!;
  const response = new DiffResponse().setHasdetaileddiff(true);
  const found = differences(properties(request.getOldInputs()), properties(request.getNews()));
  for (const { path, kind } of found) {
    response
      .getDetaileddiffMap()
      .set(
        path,
        new PropertyDiff()
          .setKind(PropertyDiff.Kind[isReplaced(type, path) ? (`${kind}_REPLACE` as const) : kind])
          .setInputdiff(true),
      );
  }
  const keys = [...new Set(found.map(({ path }) => path.split(/[.[]/)[0]!))];
  const { DIFF_SOME, DIFF_NONE } = DiffResponse.DiffChanges;
  response.setReplacesList(keys.filter((key) => isReplaced(type, key)));
  return response.setDiffsList(keys).setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE);
}

function isReplaced(type: string, path: string): boolean {
  return replaces(type, path) === "yes" || (REPLACED_BY[type]?.includes(path.split(/[.[]/)[0]!) ?? false);
}

/** What that specification doesn't know. Source: `ForceNew` in the provider's `secret_version.go`. */
const REPLACED_BY: Record<string, string[]> = {
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretString"],
};

function create(request: messages.CreateRequest) {
  const inputs = properties(request.getProperties());
  const made = computed(request.getUrn(), inputs, request.getPreview());
  return new messages.CreateResponse()
    .setId(request.getPreview() ? "" : String(made.id))
    .setProperties(struct(request.getProperties()!, { ...made, ...inputs }));
}

/** What was made up at creation stays: a real resource keeps its ARN when a setting of it changes. */
function update(request: messages.UpdateRequest) {
  const [olds, oldInputs, news] = [request.getOlds(), request.getOldInputs(), request.getNews()].map(
    properties,
  );
  const kept = Object.fromEntries(Object.entries(olds!).filter(([key]) => !(key in oldInputs!)));
  return new messages.UpdateResponse().setProperties(struct(request.getNews()!, { ...kept, ...news }));
}

type Struct = NonNullable<ReturnType<messages.CheckRequest["getNews"]>>;

function properties(from: Struct | undefined): Properties {
  return (from?.toJavaScript() ?? {}) as Properties;
}

/** Another message of the same class, which comes from a library that only the SDK depends on. */
function struct(like: Struct, content: Properties): Struct {
  const { fromJavaScript } = like.constructor as unknown as { fromJavaScript(content: Properties): Struct };
  return fromJavaScript(content);
}

/** An empty message: what no bytes read as. */
function nothing() {
  return ResourceProviderService.delete.responseDeserialize(Buffer.alloc(0));
}

/** A gRPC handler from a function. */
function unary<Request, Response>(answerTo: (request: Request) => Response) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    try {
      callback(null, answerTo(call.request));
    } catch (error) {
      callback({ code: status.UNKNOWN, details: String(error) });
    }
  };
}
