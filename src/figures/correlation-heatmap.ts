/** Which columns say the same: all pairs of correlations, neighbours alike. */
import { divergingScale, inkOn, scaleColour } from "./palette.js";
import { type FigureSpec, figure, nameAxis, type Plain } from "./spec.js";

export interface CorrelationHeatmapInput {
  readonly kind: "pearson" | "spearman";
  readonly names: readonly string[];
  /** Symmetric, row-major, in [−1, 1]; null where a correlation is not defined. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Below this a cell carries no number: the colour says enough. */
const WORTH_SAYING = 0.3;

/** Most columns that the figure's own table lists pair by pair; above, the strongest pairs. */
const PAIRS = 40;

/** The columns are put in an order in which each is followed by the most alike that is left. */
export function correlationHeatmapFigure({ kind, names, values }: CorrelationHeatmapInput): FigureSpec {
  const order = chainOf(values);
  const down = [...order].reverse();
  const cells: Plain[] = down.flatMap((row, y) =>
    order.flatMap((column, x): Plain[] => {
      const r = values[row]![column]!;
      if (row === column || r === null || Math.abs(r) < WORTH_SAYING) return [];
      const ink = inkOn(scaleColour(divergingScale, (r + 1) / 2));
      return [{ x, y, text: short(r), showarrow: false, font: { size: 10, color: ink } }];
    }),
  );
  const pairs = order
    .flatMap((i, at) => order.slice(at + 1).map((j) => ({ i, j, r: values[i]![j] ?? null })))
    .filter((pair) => pair.r !== null)
    .sort((a, b) => Math.abs(b.r!) - Math.abs(a.r!) || a.i - b.i || a.j - b.j);
  const strong = pairs.filter(({ r }) => Math.abs(r!) >= 0.7).length;
  const strongest = pairs.slice(0, 3).map(({ i, j, r }) => `${names[i]} and ${names[j]} ${short(r!)}`);
  const title = kind === "spearman" ? "Spearman's rank correlation" : "Pearson's correlation";
  return figure({
    question: "Which columns say the same thing?",
    hint: `${title}: +1 red, 0 pale, −1 blue; numbers from .3 on; ${strong} ${strong === 1 ? "pair" : "pairs"} beyond .7`,
    alt: `Matrix of ${title} between ${names.length} columns.${
      strongest.length > 0 ? ` Strongest: ${strongest.join("; ")}.` : " No pair has a correlation that is defined."
    }`,
    data: [
      {
        type: "heatmap",
        x: order.map((_, x) => x),
        y: down.map((_, y) => y),
        z: down.map((row) => order.map((column) => values[row]![column] ?? null)),
        zmin: -1,
        zmax: 1,
        colorscale: divergingScale,
        showscale: false,
        xgap: 1,
        ygap: 1,
        hovertemplate: "%{z}<extra></extra>",
      },
    ],
    layout: {
      xaxis: nameAxis("column", {
        tickvals: order.map((_, x) => x),
        ticktext: order.map((i) => names[i]!),
        tickangle: -45,
        tickfont: { size: 10 },
      }),
      yaxis: nameAxis("", {
        tickvals: down.map((_, y) => y),
        ticktext: down.map((i) => names[i]!),
        tickfont: { size: 10 },
      }),
      annotations: cells,
      margin: { l: 12, b: 150 },
    },
    height: 250 + Math.max(160, 26 * names.length),
    digits: 3,
    table: {
      columns: ["column", "other column", kind],
      rows: pairs.slice(0, PAIRS).map(({ i, j, r }) => [names[i]!, names[j]!, r]),
    },
  });
}

/** Begin with the more popular end of the strongest pair; go on to the most alike that is left; ties to the first. */
function chainOf(values: CorrelationHeatmapInput["values"]): number[] {
  const alike = (i: number, j: number) => Math.abs(values[i]![j] ?? 0);
  const left = new Set(values.keys());
  const total = (i: number) => [...values.keys()].reduce((sum, j) => sum + (i === j ? 0 : alike(i, j)), 0);
  const pick = (score: (i: number) => number) => {
    let best = -1;
    let highest = Number.NEGATIVE_INFINITY;
    for (const i of left) {
      const own = score(i);
      if (own > highest) [best, highest] = [i, own];
    }
    left.delete(best);
    return best;
  };
  const order: number[] = [];
  while (left.size > 0) {
    const last = order.at(-1);
    order.push(pick(last === undefined ? total : (i) => alike(last, i)));
  }
  return order;
}

function short(r: number): string {
  const text = Math.abs(r).toFixed(2).replace(/^0/, "");
  return `${r < 0 ? "−" : ""}${text}`;
}
