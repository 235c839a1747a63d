import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { cdkSynth } from "./cdk.ts";
import { enginePreviews } from "./engine.ts";
import { growthOf } from "./growth.ts";
import { byTurns, type Command, type Run } from "./measure.ts";
import { Promises, row } from "./report.ts";
import { tsNodeCapture } from "./ts-node.ts";

// `npm run bench:program`: what it costs to run the program, beside the loader that Pulumi uses by default and a peer.
// Everything is measured by turns in this one run, so that the ratios mean something on a busy machine too.
const ROOT = join(import.meta.dirname, "..", "..");
const RUNS = 5;
const promises = new Promises();
const NO_CDK = "  AWS CDK: not measured, npm could not install it";

print("npm run bench:program");
print(
  `Node ${process.version}, ${availableParallelism()} cores, load average ${loadavg()[0]!.toFixed(1)} before\n`,
);
await capture();
await previews();
await growth();
process.exitCode = promises.exitCode;

async function capture(): Promise<void> {
  const tsNode = tsNodeCapture(ROOT, "beta");
  const cdk = cdkSynth(ROOT);
  const commands: Record<string, Command> = {
    ours: { args: [join(ROOT, "bin", "rollout"), "graph", "--stack", "beta", "--json"], cwd: ROOT },
    checked: tsNode["types checked"],
    cached: tsNode["from its cache"],
    ...(cdk && { cdk }),
  };
  const { ours, checked, cached, cdk: peer } = (await byTurns(RUNS, commands)) as Record<string, Run>;
  const times = (run: Run) => `${(run.milliseconds / ours!.milliseconds).toFixed(1)} times ours`;

  print(`Capture of beta in a fresh process, median of ${RUNS}, caches warm; memory of the largest process`);
  print(
    row("rollout graph --stack beta --json", ours!, `${JSON.parse(ours!.stdout).resources.length} resources`),
  );
  print(row("Pulumi's default loader (ts-node), types checked", checked!, times(checked!)));
  print(row("Pulumi's default loader, sources unchanged: from its cache", cached!, times(cached!)));
  print(peer ? row("AWS CDK, a stack of this shape", peer, `${times(peer)}, ${peer.stdout.trim()}`) : NO_CDK);
  print("");
  print(
    promises.line(
      "time",
      `${(ours!.milliseconds / 1000).toFixed(2)} s`,
      "at most 1.2 s",
      ours!.milliseconds <= 1200,
    ),
  );
  print(
    promises.line("memory", `${ours!.mebibytes.toFixed(0)} MB`, "at most 250 MB", ours!.mebibytes <= 250),
  );
  const ratio = checked!.milliseconds / ours!.milliseconds;
  print(
    promises.line("faster than the default loader", `${ratio.toFixed(1)} times`, "at least 4", ratio >= 4),
  );
  const same = [checked!, cached!].every(({ stdout }) => stdout === ours!.stdout);
  print(
    promises.line(
      "the same graph from every loader",
      same ? "byte for byte" : "they differ",
      "identical",
      same,
    ),
  );
}

/** What a person waits for at `pulumi preview`: the engine and its providers are in it, and the same for all. */
async function previews(): Promise<void> {
  const made = enginePreviews(ROOT);
  if (!made) return print("\nA whole `pulumi preview`: not measured, there is no pulumi on the PATH");
  const { ours, ...others } = await byTurns(RUNS, made.commands).finally(made.remove);
  const times = (run: Run) => `${(run.milliseconds / ours.milliseconds).toFixed(1)} times ours`;
  print(
    `\nA whole \`pulumi preview\` of beta without a change, echo provider, median of ${RUNS}, caches warm`,
  );
  print(row("as the project has it", ours));
  print(row("without infra/loading/ahead.js", others["without ahead"], times(others["without ahead"])));
  print(
    row("Pulumi's default loader, types checked", others["types checked"], times(others["types checked"])),
  );
  print(
    row("Pulumi's default loader, from its cache", others["from its cache"], times(others["from its cache"])),
  );
  print("");
  const ratio = others["from its cache"].milliseconds / ours.milliseconds;
  print(
    promises.line(
      "preview, against the default loader's cache",
      `${ratio.toFixed(1)} times`,
      "at least 1",
      ratio >= 1,
    ),
  );
}

async function growth(): Promise<void> {
  const { runs, exponent } = await growthOf(ROOT);
  print("\nCapture with more services, each with two tracks, their servers and a balancer, median of 3");
  for (const { services, resources, run } of runs) {
    print(row(`${services} services`, run, `${resources} resources`));
  }
  print("");
  const bound = "at most 1.1; 1 is linear, the rest is for the noise of measuring";
  print(promises.line("growth from 10 to 100", `exponent ${exponent.toFixed(2)}`, bound, exponent <= 1.1));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
