import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { SnsNotification } from "../../alarms/notice.ts";

/** An HTTP subscriber of SNS topics, on this machine. */
export interface SnsEndpoint {
  url: string;
  /** What has arrived, in order. */
  received: SnsNotification[];
  close(): Promise<void>;
}

/** Takes what SNS posts to a subscriber, and refuses what SNS wouldn't post. */
export async function openEndpoint(): Promise<SnsEndpoint> {
  const received: SnsNotification[] = [];
  const server = createServer(async (request, response) => {
    const notification = parsed(await text(request));
    const known = request.headers["x-amz-sns-message-type"] === notification?.Type;
    const ofTopic = request.headers["x-amz-sns-topic-arn"] === notification?.TopicArn;
    if (!notification || !known || !ofTopic) return response.writeHead(400).end();
    received.push(notification);
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, received, close: () => closed(server) };
}

/**
 * Posts as SNS does (SNS Developer Guide, "HTTP/HTTPS headers").
 *
 * @throws when the endpoint doesn't take it
 */
export async function post(url: string, notification: SnsNotification): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "text/plain; charset=UTF-8",
      "x-amz-sns-message-type": notification.Type,
      "x-amz-sns-message-id": notification.MessageId,
      "x-amz-sns-topic-arn": notification.TopicArn,
      "user-agent": "Amazon Simple Notification Service Agent",
    },
    body: JSON.stringify(notification),
    signal: AbortSignal.timeout(5_000),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the endpoint answered ${answer.status}`);
}

function parsed(body: string): SnsNotification | undefined {
  try {
    return JSON.parse(body) as SnsNotification;
  } catch {
    return undefined;
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
