import { expect, test } from "vitest";
import { postgresTls } from "../../../rollout/platforms/rehearsal/stores/tls-profile.ts";

test.each([
  [15, "TLSv1.2"],
  [16, "TLSv1.3"],
])("RDS for PostgreSQL %i speaks up to %s", (major, version) => {
  expect(postgresTls(major)).toMatchObject({
    ssl_min_protocol_version: "TLSv1.2",
    ssl_max_protocol_version: version,
    ssl_ciphers: "HIGH:!aNULL:!3DES",
  });
});
