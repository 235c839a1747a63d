// In a form that every Node reads: the engine takes the first on the PATH.

/** @returns what to say of a Node that doesn't run the program; undefined: it does */
exports.oldNode = () => {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return undefined;
  return `Pulumi found Node ${process.versions.node} first on the PATH; the program needs 22.18 or later.`;
};
