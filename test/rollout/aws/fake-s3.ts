import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { apiError } from "./example.ts";

interface Stored {
  text: string;
  etag: string;
  mark: string;
  at: number;
}

/** S3 in memory, with its conditions. Its clock is `time`, in milliseconds. */
export function fakeS3() {
  const mock = mockClient(S3Client);
  const s3 = {
    mock,
    objects: new Map<string, Stored>(),
    time: Date.now(),
    writes: 0,
    /** What the next writes answer although they were done, or undone: a failure each. */
    failures: [] as { error: Error; done: boolean }[],
    reset,
  };

  function reset() {
    mock.reset();
    s3.objects.clear();
    s3.writes = 0;
    s3.failures = [];
    s3.time = Date.now();
    mock.on(GetObjectCommand).callsFake(async ({ Key, IfNoneMatch }) => {
      const found = s3.objects.get(Key);
      if (!found) throw apiError("NoSuchKey", 404);
      if (IfNoneMatch === found.etag) throw apiError("304", 304);
      return {
        Body: { transformToString: async () => found.text },
        ETag: found.etag,
        Metadata: { write: found.mark },
        LastModified: new Date(found.at),
        serverTime: s3.time,
      };
    });
    mock.on(PutObjectCommand).callsFake(async ({ Key, Body, IfMatch, IfNoneMatch, Metadata }) => {
      const failure = s3.failures.shift();
      if (failure && !failure.done) throw failure.error;
      const found = s3.objects.get(Key);
      if (IfNoneMatch === "*" && found) throw apiError("PreconditionFailed", 412);
      if (IfMatch && !found) throw apiError("NoSuchKey", 404);
      if (IfMatch && IfMatch !== found!.etag) throw apiError("PreconditionFailed", 412);
      const etag = `"${++s3.writes}"`;
      s3.objects.set(Key, { text: Body, etag, mark: Metadata.write, at: s3.time });
      if (failure) throw failure.error;
      return { ETag: etag };
    });
  }
  reset();
  return s3;
}
