import { randomUUID } from "node:crypto";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientSettings } from "../../../../infra/aws-client.ts";
import { given } from "../../../../infra/sure.ts";

export interface StoredObject {
  text: string;
  /** Another for every write: what the next write is conditional on. */
  etag: string;
  /** Milliseconds since it was written, by S3's own clock. */
  ageMs: number;
}

/** Somebody else wrote first. */
export class Overtaken extends Error {
  override name = "Overtaken";
}

/**
 * Objects in S3 that several may write, none over another's (S3 User Guide, "Add preconditions to S3 operations with
 * conditional requests"). Reads see every write that has ended.
 */
export class Objects {
  readonly #client: S3Client;
  readonly #bucket: string;
  /** What S3 last took for the time, in milliseconds since the epoch; undefined before its first answer. */
  serverTime: number | undefined;

  constructor(region: string, bucket: string) {
    this.#client = new S3Client(clientSettings(region));
    this.#bucket = bucket;
    tellTime(this.#client);
  }

  /** @returns undefined when there is none; `known` itself when nothing was written since */
  async read(key: string, known?: StoredObject): Promise<StoredObject | undefined> {
    try {
      const answer = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key, IfNoneMatch: known?.etag }),
      );
      const { serverTime = Date.now() } = answer as { serverTime?: number };
      this.serverTime = serverTime;
      return {
        text: await given(answer.Body, `body of ${key}`).transformToString(),
        etag: given(answer.ETag, `ETag of ${key}`),
        ageMs: serverTime - (answer.LastModified?.getTime() ?? serverTime),
      };
    } catch (error) {
      if (statusOf(error) === 304) return known;
      if (statusOf(error) === 404 && (error as Error).name === "NoSuchKey") return undefined;
      throw error;
    }
  }

  /**
   * Writes if nobody has since.
   *
   * @param etag null: there must be none yet
   * @returns the new etag
   * @throws {Overtaken} when somebody has; then nothing of ours was written
   */
  async write(key: string, text: string, etag: string | null): Promise<string> {
    const mark = randomUUID();
    for (let left = CONFLICTS; ; left--) {
      try {
        const condition = etag === null ? { IfNoneMatch: "*" } : { IfMatch: etag };
        const written = await this.#client.send(
          new PutObjectCommand({
            Bucket: this.#bucket,
            Key: key,
            Body: text,
            Metadata: { write: mark },
            ...condition,
          }),
        );
        this.serverTime = (written as { serverTime?: number }).serverTime;
        return given(written.ETag, `ETag of ${key}`);
      } catch (error) {
        const status = statusOf(error);
        // Two at the same time: S3 says to try again, and the condition decides.
        if (status === 409 && left > 0) continue;
        if (status !== 412 && status !== 409 && !(status === 404 && etag !== null)) throw error;
        const ours = await this.#ours(key, mark);
        if (ours) return ours;
        throw new Overtaken(`somebody else wrote ${key}`);
      }
    }
  }

  /**
   * The etag, when what is stored is this very write. That is so when its answer got lost, and the repetition was
   * refused because of the first.
   */
  async #ours(key: string, mark: string): Promise<string | undefined> {
    const answer = await this.#client
      .send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
      .catch((error) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    await answer?.Body?.transformToString();
    return answer?.Metadata?.write === mark ? answer.ETag : undefined;
  }
}

const CONFLICTS = 3;

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/**
 * Ages are measured by S3's clock alone: the clocks of two operators' machines may differ by more than a lease lasts.
 */
function tellTime(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      if (headers?.date) Object.assign(result.output as object, { serverTime: Date.parse(headers.date) });
      return result;
    },
    { step: "deserialize", priority: "high", name: "serverTime" },
  );
}
