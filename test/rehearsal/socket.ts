import { Agent, WebSocket } from "undici";

export interface Socket {
  /** When it was closed, as `performance.now()` says it. */
  closed: Promise<number>;
  /** The answer to a text. */
  ask(text: string): Promise<string>;
  close(): void;
}

/**
 * A WebSocket through the balancer to `/socket` of test/foreign/asgi.py.
 *
 * @param headers such as whom it stands for
 * @throws when it can't be opened
 */
export async function openSocket(
  { url, ca }: { url: string; ca: string },
  headers: Record<string, string> = {},
): Promise<Socket> {
  const dispatcher = new Agent({ connect: { ca } });
  const socket = new WebSocket(`${url.replace("https", "wss")}/socket`, { dispatcher, headers });
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener("close", () => resolve(performance.now())),
  );
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", ({ message }) => reject(new Error(message)));
  });
  return {
    closed,
    close: () => socket.close(),
    ask(text) {
      const answered = new Promise<string>((resolve) =>
        socket.addEventListener("message", ({ data }) => resolve(String(data)), { once: true }),
      );
      socket.send(text);
      return answered;
    },
  };
}
