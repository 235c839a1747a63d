import { expect, it } from "vitest";
import { OnceTold } from "../../../rollout/view/once-told.ts";

it("tells many lines once, whatever number of server or process they have", () => {
  const once = new OnceTold();
  const error = (server: string, pid: number) =>
    `failed: deploy green: ${server}.migrate failed (1). Its log ${server}.log ends with:\n  Traceback (process ${pid})\n  division by zero at 0x7f${pid}`;
  const first = error("green-1", 10);
  expect(once.text(first)).toBe(first);
  expect(once.text(error("green-2", 11))).toBe(
    "failed: deploy green: green-2.migrate failed (1). Its log green-2.log (the same as before)",
  );
  const other = error("green-3", 12).replace("division by zero", "no such table");
  expect(once.text(other)).toBe(other);
  expect(once.text("one line")).toBe("one line");
  expect(once.text("one line")).toBe("one line");
});
