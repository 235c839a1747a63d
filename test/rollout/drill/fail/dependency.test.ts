import { expect, it } from "vitest";
import { scenarioOf } from "../../../../rollout/drill/fail/scenarios.ts";

const SAMPLE = { isSample: true, journeys: [], from: "", healthPath: "/health" };
const roomWith = (environment: string) => ({ plan: { stack: "beta", tracks: [{ environment }] } }) as never;

it("says how to declare a dependency where there is none to fail", () => {
  const { needs } = scenarioOf("dependency");
  expect(() => needs!(roomWith("A=b\n"), SAMPLE)).toThrow(
    /declares no supplier[\s\S]*rollout rehearse apply --stack beta/,
  );
  const line = 'DEPENDENCIES={"supplier":{"url":"https://prices.example.com","timeoutMs":800}}\n';
  expect(() => needs!(roomWith(line), SAMPLE)).not.toThrow();
});

it("takes any dependency of an app that isn't the sample, and wants one at least", () => {
  const { needs } = scenarioOf("dependency");
  const other = { ...SAMPLE, isSample: false };
  const line = 'DEPENDENCIES={"mail":{"url":"https://mail.example.com","timeoutMs":800}}\n';
  expect(() => needs!(roomWith(line), other)).not.toThrow();
  expect(() => needs!(roomWith("A=b\n"), other)).toThrow(/declares no service of others/);
});
