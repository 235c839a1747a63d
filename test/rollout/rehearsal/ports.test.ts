import { connect, createServer } from "node:net";
import { expect, it } from "vitest";
import { clientPort, freePorts, releasePort } from "../../../rollout/platforms/rehearsal/machine/ports.ts";

it("gives free ports that differ", async () => {
  expect(new Set(await freePorts(20)).size).toBe(20);
});

it("refuses a port that is taken", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  await expect(clientPort(port)).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken by another program.`);
  server.close();
});

it("holds the port that it gave until the balancer takes it", async () => {
  const port = await clientPort();
  const other = createServer();
  const refused = new Promise((resolve) => other.once("error", resolve));
  other.listen(port, "127.0.0.1");
  expect(await refused).toMatchObject({ code: "EADDRINUSE" });
  await releasePort(port);
  await expect(clientPort(port)).resolves.toBe(port);
  await releasePort(port);
});

it("lets go of a held port although a client has come early", async () => {
  const port = await clientPort();
  const gone = new Promise((resolve) =>
    connect(port, "127.0.0.1").on("error", resolve).once("close", resolve),
  );
  await releasePort(port);
  await gone;
});
