/**
 * Waits at most `milliseconds` for a promise. The work itself goes on, and what becomes of it later is ignored.
 *
 * @throws {Error} `WHAT did not answer within N ms` when the time is up
 */
export async function bounded<T>(what: string, milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${what} did not answer within ${milliseconds} ms`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
