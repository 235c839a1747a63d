import { z } from "zod";
import { text, whole } from "./fields.ts";

const image = text(
  "must be pinned by digest: name@sha256:<64 hex digits> (a tag can change under you)",
  /^[a-z0-9][a-z0-9._\-/:]*@sha256:[0-9a-f]{64}$/,
);

/** A slot that can serve traffic. Neither `image` nor `build`: the sample app in `app/` is built. */
export const track = z.strictObject(
  {
    image: image.optional().describe("the container image, pinned by digest (name@sha256:...)"),
    build: z
      .string("must be the path of a folder with a Dockerfile")
      .min(1)
      .optional()
      .describe("in place of image: a folder with a Dockerfile; with neither, the sample app in app/"),
    weight: whole(0, 100).describe(
      "share of the traffic in whole percent; the weights of all tracks sum to 100",
    ),
    servers: whole(1, 20)
      .optional()
      .describe(
        "servers of the track; by default 2 in prod, 1 in beta; all the traffic takes the most of any track",
      ),
    maxServers: whole(1, 100)
      .optional()
      .describe("the most that autoscaling may run; by default twice servers in prod, servers in beta"),
  },
  "must be a track: { image | build, weight, servers, maxServers }",
);

/** `constructor` is a key that every object has. */
export const trackName = /^(?!constructor$)[a-z][a-z0-9]{0,11}$/;
