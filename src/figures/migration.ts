/** Who moved: segments before against segments after. */
import { percent, readable } from "../core/words.js";
import { inkOn, scaleColour, sequentialScale } from "./palette.js";
import { wrapped } from "./profile-heatmap.js";
import { type FigureSpec, figure, nameAxis, type Plain } from "./spec.js";

export interface MigrationInput {
  /** What the two sides are, such as `baseline` and `this run`. */
  readonly before: string;
  readonly after: string;
  readonly beforeNames: readonly string[];
  readonly afterNames: readonly string[];
  /** counts[i][j] customers went from segment i to segment j. */
  readonly counts: readonly (readonly number[])[];
}

/** Counts and shares of each old segment; customers on the diagonal stayed when both sides have the same order. */
export function migrationFigure(input: MigrationInput): FigureSpec {
  const { beforeNames, afterNames, counts } = input;
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const total = totals.reduce((sum, count) => sum + count, 0);
  const share = (i: number, j: number) => (totals[i]! === 0 ? 0 : counts[i]![j]! / totals[i]!);
  const rows = [...beforeNames.keys()].reverse();
  const stayed = rows.reduce((sum, i) => {
    const home = afterNames.indexOf(beforeNames[i]!);
    return sum + (home < 0 ? 0 : counts[i]![home]!);
  }, 0);
  const moves = rows
    .flatMap((i) => afterNames.map((_, j) => ({ i, j, count: counts[i]![j]! })))
    .filter(({ i, j, count }) => count > 0 && beforeNames[i] !== afterNames[j])
    .sort((a, b) => b.count - a.count || a.i - b.i || a.j - b.j);
  const largest = moves[0];
  // Without a name in common nobody can stay.
  const related = beforeNames.some((name) => afterNames.includes(name));
  const cells: Plain[] = rows.flatMap((i, y) =>
    afterNames.map((_, j): Plain => {
      const count = counts[i]![j]!;
      return {
        x: j,
        y,
        text: count === 0 ? "0" : `${readable(count)}<br>${percent(share(i, j))}`,
        showarrow: false,
        font: { size: 11, color: inkOn(scaleColour(sequentialScale, share(i, j))) },
      };
    }),
  );
  const kept = percent(total === 0 ? null : stayed / total);
  return figure({
    question: related
      ? `Who changed segment between ${input.before} and ${input.after}?`
      : `Which ${input.after} segments hold the ${input.before} ones?`,
    hint: `${related ? `${kept} stayed; e` : "E"}ach row adds up to 100 % of the segment ${related ? "before" : input.before}`,
    alt: `Matrix of ${readable(total)} customers by segment in ${input.before} and in ${input.after}.${related ? ` ${kept} stayed.` : ""}${
      largest
        ? ` Largest move: ${readable(largest.count)} from ${beforeNames[largest.i]} to ${afterNames[largest.j]}.`
        : ""
    }`,
    data: [
      {
        type: "heatmap",
        x: afterNames.map((_, j) => j),
        y: rows.map((_, y) => y),
        z: rows.map((i) => afterNames.map((_, j) => share(i, j))),
        zmin: 0,
        zmax: 1,
        colorscale: sequentialScale,
        showscale: false,
        xgap: 2,
        ygap: 2,
        hoverinfo: "skip",
      },
    ],
    layout: {
      xaxis: nameAxis(`${input.after} (segment)`, {
        tickvals: afterNames.map((_, j) => j),
        ticktext: afterNames.map((name) => wrapped(name, 12)),
        tickangle: 0,
      }),
      yaxis: nameAxis(`${input.before} (segment)`, {
        tickvals: rows.map((_, y) => y),
        ticktext: rows.map((i) => wrapped(beforeNames[i]!, 18)),
      }),
      annotations: cells,
      margin: { l: 24, b: 84 },
    },
    height: 200 + 52 * Math.max(1, beforeNames.length),
    digits: 4,
    table: {
      columns: [`${input.before} \\ ${input.after}`, ...afterNames],
      rows: beforeNames.map((name, i) => [name, ...counts[i]!]),
    },
  });
}
