import { expect, it } from "vitest";
import { Logs } from "../../../infra/watch/logs.ts";
import { record } from "../../support/mocks.ts";

it("keeps each log for the asked days under a name of its stack, and what is counted by the second for three", async () => {
  const recording = await record(() => {
    new Logs("beta", { retentionDays: 30 });
  });
  const groups = recording.of("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs);
  expect(groups).toEqual([
    ...["app", "nginx", "system"].map((what) => ({ name: `/rollout/beta/${what}`, retentionInDays: 30 })),
    { name: "/rollout/beta/seconds", retentionInDays: 3 },
  ]);
});
