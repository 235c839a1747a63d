import { z } from "zod";
import { text } from "../fields.ts";

/** Names that neither leave the place nor hide in it. */
const NAME = String.raw`(?!\.{1,2}(?:/|$))[A-Za-z0-9._~@+-]+`;

export const assets = z
  .array(
    z.strictObject(
      {
        path: text(
          "must be a path such as /assets/ that begins and ends with /, and not / or /health/",
          /^(?!\/health\/)(?=.{3,100}$)\/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*\/)+$/,
        ).describe("where users find the files: /assets/"),
        folder: text(
          "must be a folder such as dist/assets, without . and .. on the way",
          new RegExp(`^(?=.{1,200}$)/?${NAME}(?:/${NAME})*$`),
        ).describe(
          "where the image has them: dist/assets, from its working directory; in the rehearsal from the folder in which the app is started",
        ),
      },
      "must be assets: { path, folder }",
    ),
    "must be a list of assets: [{ path, folder }]",
  )
  .max(10, "must name at most 10 folders")
  .refine(
    (all) =>
      all.every(({ path }, at) => all.every((other, place) => place === at || !other.path.startsWith(path))),
    "must have paths of which none is within another",
  );
