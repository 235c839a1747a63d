import { type Document, isMap, isScalar, type Node, parseDocument, type Scalar } from "yaml";
import { given } from "../../infra/sure.ts";
import { checkWeights, sameWeights, shareOf, type Weights, weightsText } from "../core/weights.ts";
import { UserError } from "../errors.ts";

/** The keys of Pulumi.<stack>.yaml that a rollout changes. */
const TRACKS = ["config", "rollout:tracks"];
const STABLE = ["config", "rollout:stable"];
export const DRAINING = "rollout:draining";

/**
 * The weights that a stack's config states.
 *
 * @param text of Pulumi.<stack>.yaml
 * @throws {UserError} when it can't be read or has none
 */
export function weightsIn(text: string): Weights {
  return Object.fromEntries(
    [...weightNodes(parsed(text))].map(([track, node]) => [track, Number(node.value)]),
  );
}

/**
 * The same config with other weights: nothing else changes, to the byte, so that comments, order and style stay. A track
 * that isn't named gets 0.
 *
 * @throws {UserError} for a track that the config doesn't have
 * @throws {RangeError} for weights that aren't whole percents or don't sum to 100
 */
export function withWeights(text: string, weights: Weights): string {
  checkWeights(weights);
  const nodes = weightNodes(parsed(text));
  for (const track of Object.keys(weights)) {
    if (!nodes.has(track)) throw new UserError(`${TRACKS[1]}: there is no track ${track}`);
  }
  const edits = [...nodes].map(([track, node]) => ({ node, value: String(shareOf(weights, track)) }));
  const edited = replaced(text, edits);
  if (!sameWeights(weightsIn(edited), weights)) {
    throw new Error(`the config's weights came out as ${weightsText(weightsIn(edited))}`);
  }
  return edited;
}

/** The track that a stack's config calls stable. @throws {UserError} when it names none */
export function stableIn(text: string): string {
  const stable = parsed(text).getIn(STABLE);
  if (typeof stable !== "string")
    throw new UserError(`${STABLE[1]}: must be the name of a track, in the stack's config`);
  return stable;
}

/** The track without weight that keeps its sessions; undefined: none. @throws {UserError} when it isn't a name */
export function drainingOf(text: string): string | undefined {
  const draining = parsed(text).getIn(["config", DRAINING]);
  if (draining !== undefined && typeof draining !== "string")
    throw new UserError(`${DRAINING}: must be the name of a track, in the stack's config`);
  return draining;
}

/** The same config with another stable track. @throws {UserError} for a track that the config doesn't have */
export function withStable(text: string, track: string): string {
  const document = parsed(text);
  if (!weightNodes(document).has(track)) throw new UserError(`${TRACKS[1]}: there is no track ${track}`);
  const node = document.getIn(STABLE, true);
  if (!isScalar(node))
    throw new UserError(`${STABLE[1]}: must be the name of a track, in the stack's config`);
  // A track may be called `on`, which other readers of YAML take for true.
  const plain = parseDocument(track, { version: "1.1" }).toJS() === track;
  return replaced(text, [{ node, value: plain ? track : JSON.stringify(track) }]);
}

function parsed(text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw new UserError(`the stack's config can't be read: ${error.message}`);
  return document;
}

function weightNodes(document: Document): Map<string, Scalar> {
  const tracks = document.getIn(TRACKS, true);
  if (!isMap(tracks)) throw new UserError(`${TRACKS[1]}: must be a mapping, in the stack's config`);
  return new Map(
    tracks.items.map(({ key }) => {
      const name = String((key as Scalar).value);
      const node = tracks.getIn([name, "weight"], true);
      // An alias or a merged key is some other node's: to change it would change more than this weight.
      if (!isScalar(node) || typeof node.value !== "number") {
        throw new UserError(`${TRACKS[1]}.${name}.weight: must be a number that stands there itself`);
      }
      return [name, node];
    }),
  );
}

function replaced(text: string, edits: { node: Node; value: string }[]): string {
  // From the end, so that what comes before keeps its place.
  const placed = edits.map(({ node, value }) => ({ range: given(node.range, "place of the weight"), value }));
  const later = placed.toSorted((a, b) => b.range[0] - a.range[0]);
  return later.reduce(
    (whole, { range: [start, end], value }) => whole.slice(0, start) + value + whole.slice(end),
    text,
  );
}
