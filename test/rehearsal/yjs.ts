import { createRequire } from "node:module";
import { foreignModule } from "./foreign.ts";

/** What a test uses of a client of y-websocket. */
export interface Provider {
  /** An open socket. */
  readonly wsconnected: boolean;
  on(
    event: "status",
    listener: (status: { status: "connected" | "connecting" | "disconnected" }) => void,
  ): void;
  destroy(): void;
}

export interface YText {
  insert(at: number, text: string): void;
  toString(): string;
  readonly length: number;
}

export interface YDoc {
  getText(name: string): YText;
  destroy(): void;
}

/**
 * Yjs and the client of y-websocket, unchanged as npm brings them. They connect again by themselves.
 *
 * @param headers of each handshake
 */
export function yjsClients({ url, ca }: { url: string; ca: string }, headers: Record<string, string> = {}) {
  const load = createRequire(foreignModule("index.js"));
  const Y: { Doc: new () => YDoc } = load("yjs");
  const { WebsocketProvider } = load("y-websocket");
  const WebSocket = load("ws");
  class Socket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { ca, headers });
    }
  }
  return {
    Y,
    connect: (room: string, document: YDoc): Provider =>
      new WebsocketProvider(url.replace("https", "wss"), room, document, {
        WebSocketPolyfill: Socket,
        // Two of one process would talk past the server.
        disableBc: true,
      }),
  };
}
