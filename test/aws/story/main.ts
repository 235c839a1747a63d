import { parseArgs } from "node:util";
import { noise, tell } from "./story.ts";

// `npm run aws:story -- --stack beta`: what a person would have got by mail and SMS, minute by minute.
const { values } = parseArgs({ options: { stack: { type: "string", default: "prod" } } });
const told = await tell({ stack: values.stack });
for (const { at, kind, text } of told.lines)
  process.stdout.write(
    `${new Date(at).toISOString().slice(0, 16).replace("T", " ")}  ${kind.padEnd(12)} ${text}\n`,
  );
for (const { name, steps } of told.chapters) {
  const count = (op: string) => steps.filter((step) => step.op === op).length;
  process.stdout.write(
    `${name}: ${count("create")} created, ${count("update")} updated, ${count("replace")} replaced, ${count("delete")} deleted\n`,
  );
}
const left = noise(told);
process.stdout.write(
  left.length === 0 ? "silent but for the confirmations\n" : `${left.length} lines too many\n`,
);
process.exit(left.length === 0 ? 0 : 1);
