/** The notebook that `segmenta init --notebook` writes: a first look at any table, and what its experiment finds. */
import type { Cell, Notebook } from "./nbformat.js";

export interface FirstNotebook {
  readonly name: string;
  /** Path of the experiment file, from the notebook's folder. */
  readonly experiment: string;
  /** Path of the table, from the notebook's folder. */
  readonly table: string;
  /** Path of the results folder, from the notebook's folder. */
  readonly results: string;
}

/** Not run yet: `segmenta notebook run` or Jupyter fill it in. */
export function firstNotebook(of: FirstNotebook): Notebook {
  const cells = sketch(of).map(
    ([kind, source, tag], i): Cell => ({
      cell_type: kind,
      id: `cell-${i + 1}`,
      source: source.replaceAll(/^ {6}/gm, "").trim(),
      metadata: tag ? { tags: [tag] } : {},
      ...(kind === "code" ? { execution_count: null, outputs: [] } : {}),
    }),
  );
  return {
    cells,
    metadata: {
      kernelspec: { display_name: "TypeScript (segmenta)", language: "typescript", name: "segmenta" },
      language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/x.typescript" },
    },
  };
}

/** Text is set in by six blanks, so that the lines of a cell are not taken for lines of this file. */
type Sketch = readonly ["code" | "markdown", string, string?];

/** Names for cells alone: a notebook knows the library from outside. */
const library = JSON.stringify("segmenta");
const helpers = JSON.stringify("segmenta/notebook");

function sketch({ name, experiment, table, results }: FirstNotebook): readonly Sketch[] {
  return [
    [
      "markdown",
      `
      # ${name}: a first look

      **Question.** *What is in this table, does it fall into segments, and who is in them?*

      Change what you know better: the experiment file says what is prepared, swept and chosen, with its reasons as comments.
    `,
    ],
    [
      "code",
      `
      const file = ${JSON.stringify(experiment)};
      const data = ${JSON.stringify(table)};
      const results = ${JSON.stringify(results)};
    `,
      "parameters",
    ],
    [
      "code",
      `
      import { readFileSync } from "node:fs";
      import {
        correlations,
        describeTable,
        inThread,
        learnRules,
        nameByEffects,
        type NumberColumn,
        openStore,
        parseExperiment,
        profileSegments,
        readSegment,
        readTable,
        runSweep,
      } from ${library};
      import {
        columnHistogramsFigure,
        correlationHeatmapFigure,
        curvesFigure,
        profileHeatmapOf,
        progress,
        show,
        values,
      } from ${helpers};

      const experiment = parseExperiment(readFileSync(file, "utf8"), file);
      const table = await readTable({ ...experiment.data, path: data });
      show(table, { rows: 5 });
    `,
    ],
    [
      "markdown",
      `
      ## Column by column

      \`zeros %\` is the share of exact zeros; \`skew\` beyond 1.5 is a long tail to the right.
    `,
    ],
    [
      "code",
      `
      const summaries = describeTable(table);
      show(
        summaries.map((summary) =>
          summary.kind === "number"
            ? {
                column: summary.name,
                missing: summary.missing,
                min: summary.min,
                median: summary.median,
                max: summary.max,
                "zeros %": 100 * (summary.zeroShare ?? 0),
                skew: summary.skew,
              }
            : { column: summary.name, missing: summary.missing },
        ),
        { rows: 40, digits: 3 },
      );
      const numbers = table.columns.filter((column): column is NumberColumn => column.kind === "number");
      if (numbers.length > 0) show(columnHistogramsFigure(numbers.slice(0, 12)));
    `,
    ],
    ["code", `if (numbers.length > 1) show(correlationHeatmapFigure(correlations(table, "spearman")));`],
    [
      "markdown",
      `
      ## The sweep

      Every trial is kept in the results folder: the second time nothing is fitted again, here or on the command line.
    `,
    ],
    [
      "code",
      `
      const store = await openStore(results, experiment.name);
      const bar = progress("sweep");
      const result = await runSweep({
        experiment,
        table,
        store,
        executor: inThread(),
        onEvent: (event) => {
          if (event.type === "fit" || event.type === "score") bar.update(event.done, event.total, event.type);
        },
      });
      await store.close();
      bar.finish(\`\${result.plan.trials.length} trials, \${result.counts.incomplete} without an answer\`);
      const judged = result.rows.filter((row) => row.space === experiment.score.space);
      const contenders = judged.filter((row) => !row.reason.includes("baseline") && row.k !== null);
      if (contenders.length > 0) {
        show(curvesFigure(contenders, { name: "silhouette", title: "silhouette", better: "higher" }));
      }
      show(result.verdict.reasons.map((reason) => ({ [\`rule \${experiment.select.rule.name}\`]: reason })), { rows: 20 });
    `,
    ],
    ["markdown", "## The segments\n\nCliff's delta: how far a segment's values lie above or below everyone else's."],
    [
      "code",
      `
      const labels = result.labels ?? new Int32Array(table.rows);
      const profiles = profileSegments(table, labels);
      const naming = nameByEffects(profiles);
      const names = Object.fromEntries(naming.names.map(({ label, name }) => [label, name]));
      const segments = profiles.filter(({ label }) => label >= 0);
      if (segments.length > 1) {
        if (numbers.length > 0) show(profileHeatmapOf(profiles, names));
        const rules = learnRules(table, labels);
        show(
          segments.map((profile) => ({
            segment: names[profile.label],
            rows: profile.size,
            "share %": 100 * profile.share,
            rule: rules.segments.find(({ label }) => label === profile.label)?.text ?? null,
            reading: readSegment(profile, names[profile.label]!).text,
          })),
          { rows: 20, digits: 3 },
        );
      }
    `,
    ],
    ["markdown", "## Answer"],
    [
      "code",
      `
      const winner = result.winner;
      values({ segments: winner ? segments.length : 0, rows: table.rows });
      const found = segments.map(
        ({ label, share }) => \`\${names[label]} (\${Math.round(100 * share)} %)\`,
      );
      show(
        winner
          ? \`**\${segments.length} segments** by \\\`\${winner.trial.algorithm.name} \${winner.trial.paramsText}\\\`:
      \${found.join(", ")}.\`
          : \`**No segments** to defend (\${result.verdict.outcome}): \${result.verdict.reasons[0] ?? ""}\`,
      );
      if (winner && experiment.select.rule.name !== "gated-stability") {
        show(\`The rule \\\`\${experiment.select.rule.name}\\\` does not ask whether these segments come
      back when rows are drawn again; \\\`select: { rule: gated-stability }\\\` does.\`);
      }
    `,
    ],
  ];
}
