import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { declaredIn, withStandIn } from "../../../rollout/platforms/rehearsal/dependencies/declared.ts";
import { standIn } from "../../../rollout/platforms/rehearsal/dependencies/stand-in.ts";

const LINE = 'DEPENDENCIES={"supplier":{"url":"https://prices.example.com/v1","timeoutMs":800}}';
const trackWith = (environment: string) => ({ environment }) as never;

describe("the services that a stack declares", () => {
  it("are read off what its servers get", () => {
    expect(declaredIn({ tracks: [trackWith("A=b\n"), trackWith(`A=b\n${LINE}\nC=d\n`)] })).toEqual({
      supplier: { url: "https://prices.example.com/v1", timeoutMs: 800 },
    });
    expect(declaredIn({ tracks: [trackWith("A=b\n")] })).toEqual({});
  });

  it("are the stand-in here, never their own address", () => {
    const [name, value] = [LINE.slice(0, 12), LINE.slice(13)];
    expect(withStandIn({ A: "b", [name]: value }, 4000)).toEqual({
      A: "b",
      DEPENDENCIES: '{"supplier":{"url":"http://127.0.0.1:4000/supplier","timeoutMs":800}}',
    });
    expect(() => withStandIn({ [name]: value }, undefined)).toThrow("doesn't run");
    expect(withStandIn({ A: "b" }, undefined)).toEqual({ A: "b" });
  });
});

describe("the stand-in", () => {
  const server = standIn(["supplier", "post"]);
  let url = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = () => fetch(`${url}/supplier/prices?width=1000&height=2000&material=pvc`);
  const order = (body: unknown) => fetch(`${url}/mood`, { method: "POST", body: JSON.stringify(body) });

  it("answers, fails as it is told, and counts", async () => {
    expect(await (await ask()).json()).toEqual({ priceCents: 12_000 });
    await order({ name: "supplier", mood: "errors" });
    expect((await ask()).status).toBe(500);
    await order({ name: "supplier", mood: "limited" });
    const limited = await ask();
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "3"]);
    await order({ name: "supplier", mood: "down" });
    await expect(ask()).rejects.toThrow();
    const told = await (await fetch(`${url}/mood`)).json();
    expect(told).toEqual({ supplier: { mood: "down", calls: 4 }, post: { mood: "well", calls: 0 } });
  });

  it.each([{}, { name: "other", mood: "well" }, { name: "supplier", mood: "sad" }])(
    "refuses the order %j",
    async (body) => {
      expect((await order(body)).status).toBe(400);
    },
  );
});
