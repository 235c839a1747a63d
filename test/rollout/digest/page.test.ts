import { expect, test } from "vitest";
import { digestOf } from "../../../rollout/digest/digest.ts";
import { documentOf } from "../../../rollout/digest/render/digest.ts";
import { html } from "../../../rollout/digest/render/html.ts";
import { expectWhole, PHONE, testOpens, testReadable } from "../../support/page.ts";
import { gathered, nothing } from "./example.ts";

const page = html(documentOf(digestOf(gathered())));

test("the page loads nothing and runs nothing, whatever the values say", () => {
  for (const each of [page, html(documentOf(digestOf(nothing())))]) {
    expectWhole(each);
    expect(each).not.toMatch(/<script|<b>/);
  }
});

testOpens(() => page, "beta: weekly digest");
testReadable(() => page, { ...PHONE, smallestPx: 14 });
