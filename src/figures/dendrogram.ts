/** The merge tree, cut off below so that at most forty branches remain. */
import { readable, segmentName } from "../core/words.js";
import { accentColour, lightChrome, segmentColour } from "./palette.js";
import { axis, type FigureSpec, figure, nameAxis, type Trace } from "./spec.js";

/** Merges in order of height, as SciPy has them: nodes 0 … n−1 are rows, node n + i is merge i. */
export interface MergeTree {
  /** Two nodes per merge. */
  readonly merges: ArrayLike<number>;
  /** One per merge, ascending. */
  readonly heights: ArrayLike<number>;
  /** Rows in each of the first n nodes, where these are branches of a larger tree; 1 where absent. */
  readonly sizes?: ArrayLike<number>;
}

export interface DendrogramInput {
  readonly tree: MergeTree;
  /** The number of segments at which the tree is cut, 1 … n. */
  readonly k: number;
  /** What the heights are, such as `Ward distance`. */
  readonly heightTitle: string;
  readonly names?: Readonly<Record<number, string>>;
  /** The label of each cluster, in order of its first row, where the clusters stand for known segments; 0, 1 … where absent. */
  readonly labels?: readonly number[];
  /** Branches kept (40); each stands for a group of rows, whose number is written below it. */
  readonly leaves?: number;
}

interface Node {
  readonly x: number;
  readonly height: number;
  /** The segment it lies in; null above the cut. */
  readonly segment: number | null;
}

/** Segments are numbered as everywhere: by the first row each of them holds. */
export function dendrogramFigure(input: DendrogramInput): FigureSpec {
  const { tree } = input;
  const merges = tree.heights.length;
  const n = merges + 1;
  const k = Math.max(1, Math.min(input.k, n));
  const leaves = Math.max(k, Math.min(n, input.leaves ?? 40));
  const size = new Float64Array(2 * n - 1).fill(1);
  // One per first node. The linkage kernel's trees also have sizes, of their merges: one fewer, and not meant here.
  if (tree.sizes?.length === n) size.set(Array.from(tree.sizes));
  const rows = size.subarray(0, n).reduce((sum, own) => sum + own, 0);
  const firstRow = Float64Array.from({ length: 2 * n - 1 }, (_, node) => node);
  for (let i = 0; i < merges; i++) {
    size[n + i] = size[tree.merges[2 * i]!]! + size[tree.merges[2 * i + 1]!]!;
    firstRow[n + i] = Math.min(firstRow[tree.merges[2 * i]!]!, firstRow[tree.merges[2 * i + 1]!]!);
  }

  // Nodes below `cutAt` lie inside a segment; the last k−1 merges join segments.
  const cutAt = n + merges - (k - 1);
  const keptFrom = n + merges - (leaves - 1);
  const segmentTops: number[] = [];
  const order: number[] = [];
  const inside = new Map<number, number>();
  // From the root down, the heavier branch to the right.
  const walk = (node: number, top: number | null): void => {
    const own = top ?? (node < cutAt ? node : null);
    if (own === node && top === null) segmentTops.push(node);
    if (own !== null) inside.set(node, own);
    if (node < keptFrom || node < n) {
      order.push(node);
      return;
    }
    const a = tree.merges[2 * (node - n)]!;
    const b = tree.merges[2 * (node - n) + 1]!;
    const [low, high] = size[a]! <= size[b]! ? [a, b] : [b, a];
    walk(low, own);
    walk(high, own);
  };
  walk(n + merges - 1, null);
  const ranked = [...segmentTops].sort((a, b) => firstRow[a]! - firstRow[b]!);
  const labelOf = (rank: number) => input.labels?.[rank] ?? rank;
  const segmentOf = (node: number) => (inside.has(node) ? labelOf(ranked.indexOf(inside.get(node)!)) : null);

  const nodes = new Map<number, Node>();
  order.forEach((node, x) => {
    nodes.set(node, { x, height: 0, segment: segmentOf(node) });
  });
  const lines = new Map<number | null, { x: (number | null)[]; y: (number | null)[] }>();
  for (let node = Math.max(n, keptFrom); node < n + merges; node++) {
    const a = nodes.get(tree.merges[2 * (node - n)]!)!;
    const b = nodes.get(tree.merges[2 * (node - n) + 1]!)!;
    const height = tree.heights[node - n]!;
    const segment = segmentOf(node);
    nodes.set(node, { x: (a.x + b.x) / 2, height, segment });
    // A link above the cut is grey, but its legs carry the colour of the segment they end in.
    if (segment !== null) push(lines, segment, [a.x, a.x, b.x, b.x], [a.height, height, height, b.height]);
    else {
      push(lines, null, [a.x, b.x], [height, height]);
      for (const leg of [a, b]) push(lines, leg.segment, [leg.x, leg.x], [leg.height, height]);
    }
  }

  const cutHeight = cutLine(tree, k);
  const sizes = ranked.map((node) => size[node]!);
  const data: Trace[] = [...lines.entries()]
    .sort(([a], [b]) => (a ?? -1) - (b ?? -1))
    .map(([segment, { x, y }]) => ({
      type: "scatter",
      mode: "lines",
      name: segment === null ? "above the cut" : segmentName(segment, input.names),
      x,
      y,
      line: { color: segment === null ? lightChrome.axis : segmentColour(segment), width: segment === null ? 1.4 : 2 },
      hoverinfo: "name",
    }));
  const cutMiddle = (cutHeight[0] + cutHeight[1]) / 2;
  return figure({
    question: `Where does the tree part into ${k} segment${k === 1 ? "" : "s"}?`,
    hint: `The last ${order.length - 1} of ${readable(rows - 1)} merges; below each branch its number of rows; dashed: the cut`,
    alt: `Merge tree of ${readable(rows)} rows, cut into ${k} segments between heights ${cutHeight
      .map((height) => readable(height))
      .join(" and ")} (${input.heightTitle}). Sizes: ${sizes
      .map((own, rank) => `${segmentName(labelOf(rank), input.names)} ${readable(own)}`)
      .join(", ")}.`,
    data,
    layout: {
      xaxis: nameAxis("branches (number of rows in each)", {
        tickvals: order.map((_, x) => x),
        ticktext: order.map((node) => readable(size[node]!)),
        tickangle: order.length > 12 ? -90 : 0,
        tickfont: { size: 10, color: lightChrome.muted },
        range: [-0.8, order.length - 0.2],
      }),
      yaxis: axis(`${input.heightTitle} (scaled units)`, { rangemode: "tozero" }),
      shapes: [
        {
          type: "line",
          xref: "paper",
          x0: 0,
          x1: 1,
          y0: cutMiddle,
          y1: cutMiddle,
          line: { color: accentColour, width: 1.2, dash: "dash" },
        },
      ],
      annotations: ranked.map((top, rank) => ({
        x: nodes.get(top)!.x,
        y: cutMiddle,
        text: `<b>${labelOf(rank) + 1}</b>`,
        showarrow: false,
        bgcolor: lightChrome.paper,
        bordercolor: segmentColour(labelOf(rank)),
        borderwidth: 2,
        borderpad: 3,
        font: { size: 12, color: lightChrome.ink },
      })),
    },
    height: 460,
    table: {
      columns: ["clusters after the merge", "height", "rows joined"],
      rows: Array.from({ length: Math.min(leaves - 1, merges) }, (_, i) => {
        const merge = merges - 1 - i;
        return [i + 1, tree.heights[merge]!, size[n + merge]!];
      }),
    },
  });
}

/** The heights between which every cut gives k segments. */
function cutLine(tree: MergeTree, k: number): [number, number] {
  const merges = tree.heights.length;
  if (merges === 0) return [0, 0];
  const above = k >= 2 ? tree.heights[merges - (k - 1)]! : tree.heights[merges - 1]! * 1.08;
  const below = merges - k >= 0 ? tree.heights[merges - k]! : 0;
  return [below, above];
}

function push(
  lines: Map<number | null, { x: (number | null)[]; y: (number | null)[] }>,
  segment: number | null,
  x: readonly number[],
  y: readonly number[],
): void {
  const line = lines.get(segment) ?? { x: [], y: [] };
  lines.set(segment, line);
  line.x.push(...x, null);
  line.y.push(...y, null);
}
