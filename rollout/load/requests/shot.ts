export interface ShotReply {
  status: number;
  /** The `x-track` header; undefined when no track answered. */
  track: string | undefined;
  body: string;
  /** When its headers were there, as `performance.now()` says it; by default when it was whole. */
  headersAt?: number;
  /** The `retry-after` header, when there is one. */
  retryAfter?: string;
}

/** One request to send, and what makes its answer right. */
export interface Shot {
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: string;
  /** Header fields beside those of any request. */
  headers?: Record<string, string>;
  /** The client's address. */
  from: string;
  /** The name of what the user does by it. */
  journey?: string;
  /** What is wrong with the answer, or undefined when it is what was asked for. */
  mistake(status: number, body: string, reply?: ShotReply): string | undefined;
}

/** Gives the load its requests, one by one. */
export interface Shots {
  next(): Shot;
}
