import { expect, it } from "vitest";
import { Logs } from "../../../infra/watch/logs.ts";
import { record } from "../../support/mocks.ts";

it("keeps each log for the asked days under a name of its stack", async () => {
  const recording = await record(() => {
    new Logs("beta", { retentionDays: 30 });
  });
  const groups = recording.of("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs);
  expect(groups).toEqual(
    ["app", "nginx", "system", "seconds"].map((what) => ({
      name: `/rollout/beta/${what}`,
      retentionInDays: 30,
    })),
  );
});
