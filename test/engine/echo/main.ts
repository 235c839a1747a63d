import { createRequire } from "node:module";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { echo } from "./echo.ts";

// A Pulumi plugin: `node main.ts PACKAGE` serves that package on a port of its own and prints the port on stdout, which is
// where the engine reads it.
const name = process.argv[2];
if (!name) throw new Error("usage: main.ts PACKAGE");

// The engine wants the plugin to be of the SDK's version.
const { version } = createRequire(import.meta.url)(`@pulumi/${name}/package.json`);

const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(ResourceProviderService, echo(version));
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

// The engine holds the other end of stdin: when it dies, however it dies, so do we.
process.stdin.on("end", () => process.exit(0)).resume();
