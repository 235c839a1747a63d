import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

// A stand-in for the `pulumi` of the PATH, for tests of what drives it by the Automation API. It knows the few commands
// that a rollout gives: the stack's state, and `up` of targets, for which it does what the real engine's provider would do
// of them: the listener's weights as the stack's config states them, a replacement of a group's servers, the web ACL's rules
// as the program has them. Anything else is refused. The real engine is met in test/engine.
//
// PULUMI_STAND_IN names the file of the stack's state (see world.ts); a file of that name and `.refuse` makes the next
// `up` fail, as it does when another update holds the state or the program has a mistake.

interface State {
  deployment: { resources: { urn: string; type: string; outputs: Record<string, unknown> }[] };
  /** Those that went well: what world.ts tells the test. */
  ups: { targets: string[]; message: string }[];
}

const WEB_ACL = "aws:wafv2/webAcl:WebAcl";

const file = process.env.PULUMI_STAND_IN!;
const words = process.argv.slice(2);

switch (words.slice(0, words[0] === "stack" ? 2 : 1).join(" ")) {
  case "version":
    print(`v${createRequire(import.meta.url)("@pulumi/pulumi/package.json").version}`);
    break;
  case "stack export":
    print(readFileSync(file, "utf8"));
    break;
  case "stack output":
    print("{}");
    break;
  case "stack history":
    print("[]");
    break;
  case "up":
    await up(words.flatMap((word, index) => (words[index - 1] === "--target" ? [word] : [])));
    break;
  default:
    refuse(`the stand-in for pulumi doesn't know: ${words.join(" ")}`);
}

async function up(targets: string[]): Promise<void> {
  if (targets.length === 0) refuse("an up of the whole stack");
  if (existsSync(`${file}.refuse`)) {
    rmSync(`${file}.refuse`);
    refuse("error: the update was refused by the test");
  }
  for (const urn of targets) {
    if (urn.includes("aws:autoscaling/group:Group")) await replaceServers(urn);
    if (urn.includes("aws:lb/listener:Listener")) await setWeights();
    if (urn.includes(WEB_ACL)) await setRules(urn);
  }
  change(({ ups }) => ups.push({ targets, message: after("--message") }));
}

/** The provider starts a refresh when a group's launch template has changed. */
async function replaceServers(urn: string): Promise<void> {
  const { AutoScalingClient, StartInstanceRefreshCommand } = await import("@aws-sdk/client-auto-scaling");
  const groups = outputs().servers as Record<string, { group: string }>;
  const track = urn.split("-").at(-1)!;
  await new AutoScalingClient({}).send(
    new StartInstanceRefreshCommand({ AutoScalingGroupName: groups[track]!.group }),
  );
}

async function setWeights(): Promise<void> {
  const { weightsIn } = await import("../../../rollout/config/weights.ts");
  const { Listener } = await import("../../../rollout/platforms/aws/balancer/listener.ts");
  const { splitOf } = await import("../../../rollout/platforms/aws/balancer/split.ts");
  const { listenerArn, targetGroupArns } = outputs() as {
    listenerArn: string;
    targetGroupArns: Record<string, string>;
  };
  const split = splitOf(weightsIn(readFileSync(`Pulumi.${stack()}.yaml`, "utf8")), targetGroupArns);
  await new Listener("us-east-1", listenerArn).set(split);
  change(({ deployment }) => {
    const listener = deployment.resources.find(({ type }) => type === "aws:lb/listener:Listener")!;
    listener.outputs.defaultActions = [{ type: "forward", forward: { targetGroups: split.groups } }];
  });
}

/** The door reads them from the state: see door.ts. */
async function setRules(urn: string): Promise<void> {
  const { captureGraph } = await import("../../../rollout/graph/capture.ts");
  const { resources } = await captureGraph({ projectDir: process.cwd(), stack: stack() });
  const found = resources.find((each) => each.urn === urn) ?? refuse(`the program has no ${urn}`);
  change(({ deployment }) => {
    deployment.resources.find(({ type }) => type === WEB_ACL)!.outputs.rules = found.inputs.rules;
  });
}

function stack(): string {
  return after("--stack");
}

function after(option: string): string {
  return words[words.indexOf(option) + 1]!;
}

function change(how: (state: State) => void): void {
  const state = stateNow();
  how(state);
  writeFileSync(file, JSON.stringify(state));
}

function outputs(): Record<string, unknown> {
  return stateNow().deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack")!.outputs;
}

function stateNow(): State {
  return JSON.parse(readFileSync(file, "utf8"));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(255);
}
