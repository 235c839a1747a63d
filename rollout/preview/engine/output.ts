import { stripVTControlCharacters } from "node:util";
import { upTo } from "../../../infra/sure.ts";
import { UserError } from "../../errors.ts";
import type { Value } from "../../graph/model.ts";
import { Redactor } from "../redact.ts";

/** What we read of `pulumi preview --json`. Source: pkg/display/json.go of pulumi/pulumi, `previewDigest`. */
export interface EngineOutput {
  /** Of the stack's name in the first step's urn; undefined when the engine got to no step. */
  stack?: string;
  steps: EngineStep[];
  /** Why the preview failed, one message each; none: it came to its end. What isn't listed then is unknown. */
  errors: string[];
}

export interface EngineStep {
  op: string;
  urn: string;
  oldState?: EngineState;
  newState?: EngineState;
  diffReasons?: string[] | null;
  replaceReasons?: string[] | null;
  detailedDiff?: Record<string, { kind: string }> | null;
}

export interface EngineState {
  urn: string;
  type: string;
  custom?: boolean;
  /** The cloud's own. */
  id?: string;
  inputs?: Record<string, Value>;
  outputs?: Record<string, Value>;
  parent?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
  dependencies?: string[];
  /** For each input the urns of the resources that its value was made of; exact, also where that is none. */
  propertyDependencies?: Record<string, string[] | null>;
}

interface Digest {
  steps?: EngineStep[];
  diagnostics?: { message?: string; severity?: string }[];
  maybeCorrupt?: boolean;
}

/**
 * @param text what `pulumi preview --json` printed
 * @param asked the stack that it must be about, if any
 * @throws {UserError} when the text is something else, a part of it or more than one, or about another stack
 */
export function readOutput(text: string, asked?: string): EngineOutput {
  const digest = parsed(text);
  const steps = digest.steps ?? [];
  const errors = (digest.diagnostics ?? [])
    .filter(({ severity }) => severity === "error")
    .map(({ message = "" }) =>
      stripVTControlCharacters(message)
        .trim()
        .replace(/^error: /, ""),
    );
  if (digest.maybeCorrupt) errors.push("Pulumi says that the stack's state may be corrupt.");
  const stack = steps[0]?.urn.split(":")[2];
  if (stack === undefined && errors.length === 0)
    throw refused("lists no step, so it says nothing of any stack; pulumi preview --json always lists one");
  const other = steps.map(({ urn }) => urn.split(":")[2]).find((each) => each !== (asked ?? stack));
  if (other !== undefined) throw refused(`is about ${other}, not ${asked ?? stack}`);
  return { ...(stack === undefined ? {} : { stack }), steps, errors };
}

function parsed(text: string): Digest {
  const start = text.trimStart();
  if (start === "") {
    throw refused("is empty: pulumi preview --json printed nothing, and says why on stderr");
  }
  if (!start.startsWith("{")) {
    const line = new Redactor([]).text(upTo(start, "\n")).slice(0, 80);
    throw refused(`isn't what pulumi preview --json prints, it begins with: ${line}`);
  }
  const { documents, isCut } = documentsIn(start);
  if (documents > 1 || (documents === 1 && isCut))
    throw refused("holds more than one JSON document: write one preview into one file, with > and not >>");
  if (isCut) throw refused("is cut off: it ends in the middle of a JSON document; make it again");
  const digest = json(start);
  if (!isDigest(digest)) throw refused("isn't what pulumi preview --json prints");
  return digest;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(`isn't JSON (${(error as Error).message.split("\n")[0]})`);
  }
}

function isDigest(value: unknown): value is Digest {
  const { steps, diagnostics } = value as Record<string, unknown>;
  const isList = (each: unknown) => each === undefined || each === null || Array.isArray(each);
  if (!isList(steps) || !isList(diagnostics)) return false;
  if (steps === undefined && diagnostics === undefined) return "config" in (value as object);
  return ((steps ?? []) as Partial<EngineStep>[]).every(
    (each) => typeof each?.op === "string" && /^urn:pulumi:[^:]+::/.test(each.urn ?? ""),
  );
}

/** How many whole documents a text begins with, by their braces, and whether a part of another follows. */
function documentsIn(text: string): { documents: number; isCut: boolean } {
  let [documents, depth, inString] = [0, 0, false];
  let isBetween = true;
  for (const [token] of text.matchAll(/\\.|["{}]|[^\s"{}\\]+/gs)) {
    isBetween = false;
    if (token === '"') inString = !inString;
    else if (inString) continue;
    else if (token === "{") depth += 1;
    else if (token === "}") {
      depth -= 1;
      if (depth === 0) {
        documents += 1;
        isBetween = true;
      }
    }
  }
  return { documents, isCut: !isBetween };
}

function refused(why: string): UserError {
  return new UserError(`--engine: the file ${why}`);
}
