import { expect, it } from "vitest";
import { scenarioOf } from "../../../../rollout/drill/fail/scenarios.ts";

const roomWith = (environment: string) => ({ plan: { stack: "beta", tracks: [{ environment }] } }) as never;

it("says how to declare a dependency where there is none to fail", () => {
  const { needs } = scenarioOf("dependency");
  expect(() => needs!(roomWith("A=b\n"))).toThrow(
    /declares no supplier[\s\S]*rollout rehearse apply --stack beta/,
  );
  const line = 'DEPENDENCIES={"supplier":{"url":"https://prices.example.com","timeoutMs":800}}\n';
  expect(() => needs!(roomWith(line))).not.toThrow();
});
