/** Does the work at the first call and keeps its result for the later ones; what failed is tried again. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    if (kept) return kept;
    const going = work();
    kept = going;
    going.catch(() => {
      if (kept === going) kept = undefined;
    });
    return going;
  };
}
