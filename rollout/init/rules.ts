import type { z } from "zod";
import { nameMistakes } from "../../infra/settings/names.ts";
import { regionMistakes } from "../../infra/settings/region.ts";
import { app } from "../../infra/settings/schema/app.ts";
import { certifiedName } from "../../infra/settings/schema/fields.ts";
import { operators } from "../../infra/settings/schema/operators.ts";
import { track } from "../../infra/settings/schema/track.ts";
import { LEFT_OUT, type LeftOut } from "./answers.ts";

/** What is wrong with an answer, if something is: the config's own rules, so that what is written is sound. */
export type Rule = (answer: string) => string | undefined;

const NAME = /^[a-z][a-z0-9-]{0,30}$/;

export const projectName: Rule = (answer) =>
  NAME.test(answer) ? undefined : "must be 1 to 31 lower-case letters, digits and -, a letter first";

export const domain: Rule = by(certifiedName);
export const image: Rule = by(track.shape.image);
export const healthPath: Rule = by(app.shape.healthPath);

export const region: Rule = (answer) => regionMistakes(answer, undefined)[0]?.rule;

export const told: Rule = (answer) => {
  const parsed = operators.shape.email.safeParse([answer]);
  return parsed.error?.issues[0]?.message;
};

/** Of a track that may be called `green`: its name is in AWS's, too. */
export const stack: Rule = (answer) => nameMistakes(answer, ["green"])[0]?.rule;

export const leftOut: Rule = (answer) =>
  LEFT_OUT.includes(answer as LeftOut) ? undefined : `must be one of ${LEFT_OUT.join(", ")}`;

function by(schema: z.ZodType): Rule {
  return (answer) => schema.safeParse(answer).error?.issues[0]?.message;
}
