import { type Objects, Overtaken } from "../platforms/aws/journal/objects.ts";
import type { DrillRecord, DrillRecords } from "./record.ts";

const ATTEMPTS = 5;

/** A stack's records in AWS: one object beside the journal, a line each. */
export function drillObjects(objects: Objects, stack: string): DrillRecords {
  const key = `${stack}/drills.jsonl`;
  return {
    async write(record) {
      for (let left = ATTEMPTS; ; left -= 1) {
        const known = await objects.read(key);
        const text = `${known?.text ?? ""}${JSON.stringify(record)}\n`;
        try {
          await objects.write(key, text, known?.etag ?? null);
          return;
        } catch (error) {
          if (!(error instanceof Overtaken) || left <= 1) throw error;
        }
      }
    },
    async read() {
      const lines = ((await objects.read(key))?.text ?? "").split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as DrillRecord).sort((a, b) => a.startedAt - b.startedAt);
    },
  };
}
