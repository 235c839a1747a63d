import { type Command, InvalidArgumentError } from "commander";
import { type Options, rehearse } from "../../platforms/rehearsal/index.ts";
import { untilInterrupted } from "../exit.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";
import { statusText, upText } from "./rehearse-text.ts";

export function register(program: Command): void {
  const verb = program
    .command("rehearse")
    .summary("run a stack on this machine with the real servers")
    .description(
      "Brings a stack up on this machine from its captured resources: HAProxy for the load balancer, nginx with the\n" +
        "servers' own nginx.conf, the application, PostgreSQL and Redis. State and logs are in .rehearsal/<stack>/.",
    );
  verb
    .command("up")
    .description("bring the stack up, or what is missing of it")
    .option("--port <number>", "the port of the URL (default: 8443, or any free one)", portNumber)
    .option("--watch", "stay, and apply the stack's config whenever its file is saved")
    .action(up);
  verb
    .command("apply")
    .description("make the running stack what its config says now, without losing a request")
    .action(async (_options, command: Command) => {
      print(await rehearse.apply(optionsOf(command)), command, statusText);
    });
  verb
    .command("status")
    .description("show the asked and the real split, the servers and their health")
    .action(async (_options, command: Command) => {
      print(await rehearse.status(optionsOf(command)), command, statusText);
    });
  verb
    .command("down")
    .description("stop all that belongs to the stack and remove its state; the logs stay")
    .option("--force", "also while a rollout or a drill is under way: it ends")
    .action(async ({ force = false }: { force?: boolean }, command: Command) => {
      print(await rehearse.down({ ...optionsOf(command), force }), command, ({ stack, stopped, logs }) =>
        stopped.length > 0 ? `${stack} is down. Its logs: ${logs}\n` : `${stack} wasn't up.\n`,
      );
    });
}

async function up({ port, watch }: { port?: number; watch?: boolean }, command: Command): Promise<void> {
  const options = optionsOf(command);
  const signal = untilInterrupted();
  const status = await rehearse.up({ ...options, port, signal });
  print(status, command, upText);
  if (!watch) return;
  await rehearse.watch({ ...options, signal }, (changed) => print(changed, command, statusText));
  options.say("no longer watching; the stack stays up");
}

function optionsOf(command: Command): Required<Pick<Options, "stack" | "projectDir" | "say">> {
  const { stack } = globalOptions(command);
  // stdout is for the result: with --json one document and nothing else.
  return { stack, projectDir: projectDir(), say: tell };
}

function print<T>(result: T, command: Command, text: (result: T) => string): void {
  const { json } = globalOptions(command);
  out(json ? `${JSON.stringify(result)}\n` : text(result));
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError("It must be a number from 1 to 65535.");
}
