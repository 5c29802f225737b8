/**
 * From cells to groups in few additions.
 *
 * Rows that no labeling tells apart form a cell; a sum over each cell is all that is needed of its rows. Cells
 * are put together pairwise up a binary tree of labelings: the pair (A, B) has the cells that A and B leave
 * whole, far fewer than all labelings together. So the additions per column are the sum of the nodes' cells,
 * not rows × labelings.
 *
 * ```
 *                 all four: 900 cells          the sums of the 900 are computed from distances,
 *               A,B: 40        C,D: 60         folded to 40 and to 60,
 *              A: 5  B: 9    C: 7   D: 9       and those to the groups of each labeling
 * ```
 */

/** A partition of the rows into numbered parts. */
export interface Partition {
  /** n; the part of each row. */
  readonly of: Int32Array;
  readonly count: number;
}

/** One step of the program the kernel runs: see `judgeColumns` in assembly/silhouette.ts. */
export interface Refinement {
  /** The finest cells, those of all labelings together. */
  readonly cells: Partition;
  /** 8 i32 per step. */
  readonly program: Int32Array;
  /** For each fold, the target cell of each cell; the steps point into it. */
  readonly maps: Int32Array;
  /** How many rows of sums the work space must hold, the finest cells' included. */
  readonly depth: number;
}

/** Up to so many labelings keep their order. */
const FEW = 64;

interface Node {
  readonly partition: Partition;
  /** Which labeling this is; −1 for a pair. */
  readonly labeling: number;
  readonly children: readonly Child[];
}

interface Child {
  readonly node: Node;
  /** The child's part that each of our parts lies in. */
  readonly map: Int32Array;
}

/**
 * @param labelings - at least one, all of n rows
 * @param judge - for a labeling, the three last words of its step: groups, clusters, offset of its sizes
 * @remarks O(n · labelings)
 */
export function refinementOf(
  labelings: readonly Partition[],
  judge: (labeling: number) => readonly [number, number, number],
): Refinement {
  let level: Node[] = likeNextToLike(labelings).map((labeling) => ({
    partition: labelings[labeling]!,
    labeling,
    children: [],
  }));
  while (level.length > 1) {
    const next: Node[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) next.push(pairOf(level[i]!, level[i + 1]!));
    if (level.length % 2 === 1) next.push(level.at(-1)!);
    level = next;
  }
  const root = level[0]!;
  const steps: number[] = [];
  const maps: Int32Array[] = [];
  let mapLength = 0;
  let depth = root.partition.count;

  // depth first, so that a node's sums are dropped as soon as its children have been folded
  const visit = ({ partition, labeling, children }: Node, source: number, free: number): void => {
    if (labeling >= 0) steps.push(1, source, labeling, ...judge(labeling), 0, 0);
    for (const { node, map } of children) {
      const { count } = node.partition;
      steps.push(0, source, free, mapLength, partition.count, count, 0, 0);
      maps.push(map);
      mapLength += map.length;
      depth = Math.max(depth, free + count);
      visit(node, free, free + count);
    }
  };
  visit(root, 0, root.partition.count);
  return { cells: root.partition, program: Int32Array.from(steps), maps: concatenate(maps, mapLength), depth };
}

/**
 * An order in which neighbours are alike. Some labelings come as they were fitted, family by family, and that is good;
 * of many, those with as many parts of about the same sizes are often nearly the same.
 */
function likeNextToLike(labelings: readonly Partition[]): number[] {
  const order = labelings.map((_, l) => l);
  if (labelings.length <= FEW) return order;
  const sizes = labelings.map(({ of, count }) => {
    const rows = new Int32Array(count);
    for (let i = 0; i < of.length; i++) rows[of[i]!]!++;
    return rows.sort();
  });
  return order.sort((a, b) => {
    const p = sizes[a]!;
    const q = sizes[b]!;
    if (p.length !== q.length) return p.length - q.length;
    const at = p.findIndex((size, g) => size !== q[g]);
    return at < 0 ? a - b : p[at]! - q[at]!;
  });
}

/** The common refinement of two nodes: rows share a part if they share one in both. */
function pairOf(a: Node, b: Node): Node {
  const { order, starts } = sortByPart(a.partition);
  const ofB = b.partition.of;
  const of = new Int32Array(ofB.length);
  const inA: number[] = [];
  const inB: number[] = [];
  const numberOf = new Int32Array(b.partition.count); // part of b → its number within the current part of a
  for (let part = 0; part + 1 < starts.length; part++) {
    const first = inA.length; // numbers below it belong to earlier parts of a
    for (let i = starts[part]!; i < starts[part + 1]!; i++) {
      const row = order[i]!;
      const other = ofB[row]!;
      let number = numberOf[other]!;
      if (number < first || inB[number] !== other) {
        number = inA.length;
        numberOf[other] = number;
        inA.push(part);
        inB.push(other);
      }
      of[row] = number;
    }
  }
  return {
    partition: { of, count: inA.length },
    labeling: -1,
    children: [
      { node: a, map: Int32Array.from(inA) },
      { node: b, map: Int32Array.from(inB) },
    ],
  };
}

/** Rows ordered by part, ties by row; part p stands at starts[p] … starts[p + 1]. */
export function sortByPart({ of, count }: Partition): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (let i = 0; i < of.length; i++) starts[of[i]! + 1]!++;
  for (let p = 0; p < count; p++) starts[p + 1]! += starts[p]!;
  const next = starts.slice();
  const order = new Int32Array(of.length);
  for (let i = 0; i < of.length; i++) order[next[of[i]!]!++] = i;
  return { order, starts };
}

function concatenate(pieces: readonly Int32Array[], length: number): Int32Array {
  const out = new Int32Array(length);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
