/**
 * The nearest of many labelled points, and the nearest of another label: a k-d tree over bounding boxes. Exact,
 * with the same bits and the same ties (the lower index) as trying every point.
 */
import type { Matrix } from "../core/matrix.js";

export interface Nearest {
  /** Row of the nearest point; −1 when there is none. */
  index: number;
  label: number;
  /** Squared distance; Infinity when there is none. */
  squared: number;
  /** The label of the nearest point that has another label; meaningless while `otherSquared` is Infinity. */
  other: number;
  otherSquared: number;
}

/** Fills `found` for the row that starts at `start`; the point `skip` is passed over (−1: none). */
export type NearestPoint = (x: Float64Array, start: number, found: Nearest, skip: number) => void;

const LEAF = 12;
const MIXED = -2;

interface Node {
  /** Range of `order`. */
  readonly from: number;
  readonly to: number;
  /** d smallest, then d largest coordinates. */
  readonly box: Float64Array;
  /** The label of all its points, or MIXED. */
  readonly label: number;
  readonly children: readonly [Node, Node] | null;
}

/**
 * @param points - m×d
 * @param labels - length m
 * @remarks building O(m·log²m), asking O(log m) where few columns tell the points apart, O(m) at worst
 */
export function nearestPoint(points: Matrix, labels: ArrayLike<number>): NearestPoint {
  const { rows: m, cols: d, data } = points;
  const order = Int32Array.from({ length: m }, (_, i) => i);
  const root = m === 0 ? null : build(0, m);

  function build(from: number, to: number): Node {
    const box = new Float64Array(2 * d);
    box.fill(Number.POSITIVE_INFINITY, 0, d).fill(Number.NEGATIVE_INFINITY, d);
    let label = labels[order[from]!]!;
    for (let at = from; at < to; at++) {
      const row = order[at]!;
      if (labels[row] !== label) label = MIXED;
      for (let j = 0; j < d; j++) {
        const value = data[row * d + j]!;
        if (value < box[j]!) box[j] = value;
        if (value > box[d + j]!) box[d + j] = value;
      }
    }
    if (to - from <= LEAF) return { from, to, box, label, children: null };
    let widest = 0;
    for (let j = 1; j < d; j++) {
      if (box[d + j]! - box[j]! > box[d + widest]! - box[widest]!) widest = j;
    }
    order.subarray(from, to).sort((a, b) => data[a * d + widest]! - data[b * d + widest]! || a - b);
    const middle = (from + to) >>> 1;
    return { from, to, box, label, children: [build(from, middle), build(middle, to)] };
  }

  /** A point not nearer than this lies in the box. Rounded like a distance, so it never exceeds one. */
  function boxSquared({ box }: Node, x: Float64Array, start: number): number {
    let sum = 0;
    for (let j = 0; j < d; j++) {
      const value = x[start + j]!;
      const gap = value < box[j]! ? box[j]! - value : value > box[d + j]! ? value - box[d + j]! : 0;
      sum += gap * gap;
    }
    return sum;
  }

  function visit(node: Node, near: number, x: Float64Array, start: number, found: Nearest, skip: number): void {
    // Nothing here can change the answer. Equal distances are looked at, for the lower index.
    if (near > found.otherSquared || (node.label === found.label && near > found.squared)) return;
    if (node.children !== null) {
      const [left, right] = node.children;
      const nearLeft = boxSquared(left, x, start);
      const nearRight = boxSquared(right, x, start);
      if (nearLeft <= nearRight) {
        visit(left, nearLeft, x, start, found, skip);
        visit(right, nearRight, x, start, found, skip);
      } else {
        visit(right, nearRight, x, start, found, skip);
        visit(left, nearLeft, x, start, found, skip);
      }
      return;
    }
    for (let at = node.from; at < node.to; at++) {
      const row = order[at]!;
      if (row === skip) continue;
      let squared = 0;
      for (let j = 0; j < d; j++) {
        const gap = x[start + j]! - data[row * d + j]!;
        squared += gap * gap;
      }
      take(found, row, labels[row]!, squared);
    }
  }

  return (x, start, found, skip) => {
    found.index = -1;
    found.label = MIXED;
    found.squared = Number.POSITIVE_INFINITY;
    found.other = MIXED;
    found.otherSquared = Number.POSITIVE_INFINITY;
    if (root !== null) visit(root, 0, x, start, found, skip);
  };
}

/** Let a point into the answer: it may be the nearest, or the nearest of another label. */
export function take(found: Nearest, index: number, label: number, squared: number): void {
  if (squared < found.squared || (squared === found.squared && index < found.index)) {
    if (label !== found.label && found.index >= 0) {
      found.other = found.label;
      found.otherSquared = found.squared;
    }
    found.index = index;
    found.label = label;
    found.squared = squared;
  } else if (label !== found.label && squared < found.otherSquared) {
    found.other = label;
    found.otherSquared = squared;
  }
}
