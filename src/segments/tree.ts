/**
 * A small classification tree: Gini impurity over class-balanced weights, grown best split first until the leaves
 * run out. Deterministic: ties go to the lower column, then the lower threshold, then the older leaf.
 *
 * One step beyond CART: with so few questions a greedy first one can spoil the rest, so the tree is grown from each
 * of the few most promising first questions, and the one with the best balanced accuracy is kept.
 */
import { orderByValue } from "../core/order.js";

export interface TreeLimits {
  /** Classes are 0 … classes − 1. */
  readonly classes: number;
  readonly maxDepth: number;
  readonly maxLeaves: number;
}

/** Bounds of one column on the way to a leaf: min ≤ value < max. */
export interface Bound {
  readonly column: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Whether a missing value takes this way. */
  readonly missing: boolean;
}

export interface Leaf {
  readonly bounds: readonly Bound[];
  /** The class it predicts: the one with the largest share of its own rows here; ties to the lower. */
  readonly winner: number;
  readonly rows: number;
  /** Rows of each class. */
  readonly counts: readonly number[];
}

interface Node {
  readonly depth: number;
  readonly counts: Float64Array;
  winner: number;
  split: { column: number; threshold: number; missingLeft: boolean; left: Node; right: Node } | null;
}

export type Tree = Node;

interface Split {
  readonly column: number;
  /** The values it falls between: low goes left, high goes right. */
  readonly low: number;
  readonly high: number;
  readonly missingLeft: boolean;
  readonly gain: number;
}

/** A leaf that may still be split. */
interface Open {
  readonly node: Node;
  readonly sorted: Sorted;
  readonly best: Split | null;
}

/** Rows in ascending order of each column, those without a value apart. */
export interface Sorted {
  readonly orders: readonly Int32Array[];
  readonly missing: readonly Int32Array[];
}

const none = new Int32Array(0);

/** How many first questions are tried. */
const roots = 6;

/** Sort ascending rows by each column (NaN where missing) once, for all trees. */
export function sortColumns(x: readonly Float64Array[], rows: Int32Array): Sorted {
  return {
    orders: x.map((values) =>
      orderByValue(
        values,
        rows.filter((row) => !Number.isNaN(values[row])),
      ),
    ),
    missing: x.map((values) => rows.filter((row) => Number.isNaN(values[row]))),
  };
}

/** The sorted rows for which `keep` holds, and the others. Each row is asked once. */
export function partRows({ orders, missing }: Sorted, keep: (row: number) => boolean): [Sorted, Sorted] {
  const rows = rowsOf({ orders, missing });
  let highest = -1;
  for (const row of rows) if (row > highest) highest = row;
  const kept = new Uint8Array(highest + 1);
  for (const row of rows) if (keep(row)) kept[row] = 1;
  const parts = [...orders, ...missing].map((rows) => partOf(rows, kept));
  const side = (which: 0 | 1): Sorted => ({
    orders: parts.slice(0, orders.length).map((part) => part[which]),
    missing: parts.slice(orders.length).map((part) => part[which]),
  });
  return [side(0), side(1)];
}

/** Every row once: each column holds them all, so the first tells. */
function rowsOf({ orders, missing }: Sorted): Int32Array {
  const present = orders[0] ?? none;
  const absent = missing[0] ?? none;
  const rows = new Int32Array(present.length + absent.length);
  rows.set(present);
  rows.set(absent, present.length);
  return rows;
}

function partOf(rows: Int32Array, kept: Uint8Array): [Int32Array, Int32Array] {
  const yes = new Int32Array(rows.length);
  const no = new Int32Array(rows.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    // without a branch: both are written, one is kept
    yes[count] = row;
    no[i - count] = row;
    count += kept[row]!;
  }
  return [yes.slice(0, count), no.slice(0, rows.length - count)];
}

/**
 * @param x - columns, NaN where missing
 * @param y - class of each row
 * @param sorted - the rows to grow on, by column
 */
export function growTree(x: readonly Float64Array[], y: Int32Array, sorted: Sorted, limits: TreeLimits): Tree {
  const counts = countClasses(y, sorted, limits.classes);
  const weights = counts.map((count) => (count === 0 ? 0 : 1 / count));
  const task: Task = { x, columns: [...x.keys()], y, weights, limits };

  const firsts = task.columns
    .map((column) => bestSplit(task, counts, sorted, [column]))
    .filter((split) => split !== null)
    .sort((a, b) => Math.round((b.gain - a.gain) * 1e9) || a.column - b.column)
    .slice(0, roots);
  let best: Tree = { depth: 0, counts, winner: 0, split: null };
  settle(best, weights);
  let bestRecall = 0;
  for (const first of firsts) {
    const tree = growFrom(task, counts, sorted, first);
    const recall = leavesOf(tree).reduce((sum, leaf) => sum + leaf.counts[leaf.winner]! * weights[leaf.winner]!, 0);
    if (recall > bestRecall + 1e-12) {
      best = tree;
      bestRecall = recall;
    }
  }
  return best;
}

/** What stays the same while a tree grows. */
interface Task {
  readonly x: readonly Float64Array[];
  /** 0, 1, … */
  readonly columns: readonly number[];
  readonly y: Int32Array;
  /** 1 / rows of each class. */
  readonly weights: Float64Array;
  readonly limits: TreeLimits;
}

function growFrom(task: Task, counts: Float64Array, sorted: Sorted, first: Split): Tree {
  const root: Node = { depth: 0, counts, winner: 0, split: null };
  const open: Open[] = [{ node: root, sorted, best: first }];
  for (let leaves = 1; leaves < task.limits.maxLeaves; leaves++) {
    let best = -1;
    open.forEach((leaf, index) => {
      if (leaf.best && (best < 0 || leaf.best.gain > open[best]!.best!.gain)) best = index;
    });
    if (best < 0) break;
    open.splice(best, 1, ...divide(task, open[best]!));
  }
  settle(root, task.weights);
  return root;
}

function opened(task: Task, node: Node, sorted: Sorted): Open {
  const pure = node.counts.reduce((kinds, count) => kinds + (count > 0 ? 1 : 0), 0) < 2;
  const splits = !pure && node.depth < task.limits.maxDepth;
  return { node, sorted, best: splits ? bestSplit(task, node.counts, sorted, task.columns) : null };
}

/**
 * The split with the largest fall of weighted impurity. With class weights w, a node's impurity times its weight is
 * W − Σ (w·n)² / W, so a split gains Σ over sides of (Σ (w·n)²) / W, less the same of the node.
 */
function bestSplit(task: Task, counts: Float64Array, sorted: Sorted, columns: readonly number[]): Split | null {
  let best: Split | null = null;
  for (const column of columns) {
    const absent = sorted.missing[column]!;
    // With missing rows, try them on the right and on the left; without, once.
    best = bestCut(task, counts, sorted.orders[column]!, none, column, best);
    if (absent.length > 0) best = bestCut(task, counts, sorted.orders[column]!, absent, column, best);
  }
  return best;
}

/** The best cut of one column, or `best` if none is better. @param absent - missing rows that go left */
function bestCut(
  { x, y, weights }: Task,
  counts: Float64Array,
  order: Int32Array,
  absent: Int32Array,
  column: number,
  best: Split | null,
): Split | null {
  const values = x[column]!;
  const classes = counts.length;
  const total = new Float64Array(classes);
  const left = new Float64Array(classes);
  let rightWeight = 0;
  let rightSquares = 0;
  for (let c = 0; c < classes; c++) {
    const weight = counts[c]! * weights[c]!;
    total[c] = weight;
    rightWeight += weight;
    rightSquares += weight * weight;
  }
  const before = rightSquares / rightWeight;
  let leftWeight = 0;
  let leftSquares = 0;
  let floor = best === null ? 1e-9 : best.gain + 1e-12;
  let cut = -1;
  let gained = 0;
  for (let i = -absent.length; i + 1 < order.length; i++) {
    // Move one row over: both sides' sums of squares follow from the change in one class.
    const c = y[i < 0 ? absent[i + absent.length]! : order[i]!]!;
    const w = weights[c]!;
    const a = left[c]!;
    const b = total[c]! - a;
    left[c] = a + w;
    leftWeight += w;
    leftSquares += w * (2 * a + w);
    rightWeight -= w;
    rightSquares -= w * (2 * b - w);
    if (i < 0 || values[order[i]!]! === values[order[i + 1]!]!) continue;
    const gain = leftSquares / leftWeight + rightSquares / rightWeight - before;
    if (gain > floor) {
      cut = i;
      gained = gain;
      floor = gain + 1e-12;
    }
  }
  if (cut < 0) return best;
  const [low, high] = [values[order[cut]!]!, values[order[cut + 1]!]!];
  return { column, low, high, missingLeft: absent.length > 0, gain: gained };
}

function divide(task: Task, leaf: Open): Open[] {
  const { x, y, limits } = task;
  const { column, low, high, missingLeft } = leaf.best!;
  const threshold = shortestBetween(low, high);
  const values = x[column]!;
  const parts = partRows(leaf.sorted, (row) => takesLeft(values[row]!, threshold, missingLeft));
  const sides = parts.map((sorted) => {
    const counts = countClasses(y, sorted, limits.classes);
    return opened(task, { depth: leaf.node.depth + 1, counts, winner: 0, split: null }, sorted);
  });
  leaf.node.split = { column, threshold, missingLeft, left: sides[0]!.node, right: sides[1]!.node };
  return sides;
}

/** Name each leaf's class, and fold two sister leaves of one class into one: a question without consequence. */
function settle(node: Node, weights: Float64Array): void {
  let best = 0;
  node.counts.forEach((count, c) => {
    if (count * weights[c]! > node.counts[best]! * weights[best]!) best = c;
  });
  node.winner = best;
  if (!node.split) return;
  const { left, right } = node.split;
  settle(left, weights);
  settle(right, weights);
  if (!left.split && !right.split && left.winner === right.winner) {
    node.winner = left.winner;
    node.split = null;
  }
}

/** The class a tree gives to row i of the columns. */
export function predictTree(tree: Tree, x: readonly Float64Array[], i: number): number {
  let node = tree;
  while (node.split) {
    const { column, threshold, missingLeft, left, right } = node.split;
    node = takesLeft(x[column]![i]!, threshold, missingLeft) ? left : right;
  }
  return node.winner;
}

function takesLeft(value: number, threshold: number, missingLeft: boolean): boolean {
  return Number.isNaN(value) ? missingLeft : value < threshold;
}

/** All leaves from left to right, with what leads to them. */
export function leavesOf(tree: Tree): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (node: Node, bounds: readonly Bound[]): void => {
    if (!node.split) {
      const rows = node.counts.reduce((sum, value) => sum + value, 0);
      leaves.push({ bounds, winner: node.winner, rows, counts: [...node.counts] });
      return;
    }
    const { column, threshold, missingLeft, left, right } = node.split;
    const held = bounds.find((bound) => bound.column === column) ?? { column, min: null, max: null, missing: true };
    const others = bounds.filter((bound) => bound.column !== column);
    walk(left, [...others, { ...held, max: threshold, missing: held.missing && missingLeft }]);
    walk(right, [...others, { ...held, min: threshold, missing: held.missing && !missingLeft }]);
  };
  walk(tree, []);
  return leaves;
}

/**
 * The number with the fewest significant digits in (low, high], nearest to their middle: every such threshold
 * parts the rows alike (`value < threshold`), and the short one can be read, remembered and typed.
 */
export function shortestBetween(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  for (let digits = 1; digits <= 17; digits++) {
    const candidate = Number(middle.toPrecision(digits));
    if (candidate > low && candidate <= high) return candidate + 0;
  }
  return high;
}

/** Rows of each class. */
function countClasses(y: Int32Array, sorted: Sorted, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const row of rowsOf(sorted)) counts[y[row]!]! += 1;
  return counts;
}
