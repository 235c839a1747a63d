/** A server just started gets its full share of a track's requests only after this, in seconds. */
export const SLOW_START_SECONDS = 30;

/** Every so many seconds a server is asked, and it is ready after so many good answers in a row. */
export const READY = { everySeconds: 5, answers: 2 };

/** How long a new server may be slow: until it is ready in the balancer's eyes and has its full share, in seconds. */
export const WARM_UP_SECONDS = SLOW_START_SECONDS + READY.everySeconds * READY.answers;
