/** A comparison as text for a terminal, Markdown for a pull request, JUnit for a CI server, JSON for programs. Pure. */
import { markdownCell } from "../../core/words.js";
import { formatNumber, jsonText } from "../tables.js";
import type { AssignmentChange, Comparison, Outcome } from "./compare.js";
import type { MetricChange } from "./metrics.js";

export const FORMATS = ["text", "markdown", "json", "junit"] as const;
export type Format = (typeof FORMATS)[number];

/** Most changed scores that are listed; a step summary may hold a megabyte. */
const LISTED = 200;
/** Most of them on a terminal. */
const SHOWN = 20;

const TITLES: Readonly<Record<Outcome, string>> = {
  same: "✔ no change beyond the tolerance",
  better: "✔ better: update the baseline",
  regressed: "✘ regressed",
  incomplete: "✘ incomplete: no verdict",
  refused: "✘ refused: the rule changed",
};

export function renderComparison(comparison: Comparison, format: Format): string {
  return { text: asText, markdown: asMarkdown, json: asJson, junit: asJunit }[format](comparison);
}

/** The changed scores, worse ones first, then by how far they went. */
function changes(comparison: Comparison): MetricChange[] {
  const rank = { worse: 0, better: 1, changed: 2, within: 3, same: 4 };
  const size = ({ before, after }: MetricChange) =>
    Math.abs((after ?? 0) - (before ?? 0)) / (Math.abs(before ?? 0) || 1);
  return (comparison.metrics?.metrics ?? [])
    .filter(({ change }) => change !== "same")
    .map((change, order) => ({ change, order }))
    .sort(
      (a, b) => rank[a.change.change] - rank[b.change.change] || size(b.change) - size(a.change) || a.order - b.order,
    )
    .map(({ change }) => change);
}

const delta = ({ before, after }: MetricChange) => (before === null || after === null ? null : after - before);

/** Six digits are enough for the eye. */
const brief = (value: number | null) => (value === null ? "–" : formatNumber(Number(value.toPrecision(6))));

const signed = (value: number | null) =>
  value === null ? "–" : `${value > 0 ? "+" : ""}${Number(value.toPrecision(3))}`;

function asText(comparison: Comparison): string {
  const { experiment, before, after, metrics } = comparison;
  const lines = [`${TITLES[comparison.outcome]}   ${experiment}`, `  baseline  ${before}`, `  now       ${after}`];
  if (metrics) lines.push(`  compared  ${metrics.compared} rows`);
  for (const reason of comparison.reasons) lines.push(...fold(`- ${reason}`, 78, "  "));
  const list = changes(comparison).filter(({ change }) => change !== "within");
  for (const change of list.slice(0, SHOWN)) {
    lines.push(
      `  ${change.change.padEnd(7)} ${change.candidate} in ${change.space}`,
      `          ${change.column} ${brief(change.before)} → ${brief(change.after)} (${signed(delta(change))}, ${brief(change.allowed)} allowed)`,
    );
  }
  if (list.length > SHOWN) lines.push(`  and ${list.length - SHOWN} more (--format markdown lists them)`);
  for (const remark of comparison.remarks) lines.push(...fold(`· ${remark}`, 78, "  "));
  return `${lines.join("\n")}\n`;
}

/** Fold at blanks to a width; every line is indented, those after the first a little more. */
function fold(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line.trim() !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = `${indent}  `;
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}

function asMarkdown(comparison: Comparison): string {
  const { experiment, before, after, metrics, assignments, decision } = comparison;
  const lines = [
    `## ${TITLES[comparison.outcome]}: ${markdownCell(experiment)}`,
    "",
    `\`${after}\` against \`${before}\`${metrics ? `, ${metrics.compared} rows compared` : ""}`,
    "",
    ...comparison.reasons.map((reason) => `- **${markdownCell(reason)}**`),
    ...comparison.remarks.map((remark) => `- ${markdownCell(remark)}`),
  ];
  if (decision)
    lines.push(
      "",
      `Decision: ${decision.changed ? `${markdownCell(decision.before)} → **${markdownCell(decision.after)}**` : markdownCell(decision.after)}`,
    );
  const list = changes(comparison);
  if (list.length > 0) {
    lines.push(
      "",
      "| | candidate | space | score | before | now | Δ | allowed |",
      "|---|---|---|---|---:|---:|---:|---:|",
    );
    for (const each of list.slice(0, LISTED)) {
      const cells = [each.change, each.candidate, each.space, each.column].map(markdownCell);
      const numbers = [brief(each.before), brief(each.after), signed(delta(each)), brief(each.allowed)];
      lines.push(`| ${[...cells, ...numbers].join(" | ")} |`);
    }
    if (list.length > LISTED) lines.push("", `and ${list.length - LISTED} more`);
  }
  if (assignments) lines.push("", ...migrationTable(assignments));
  return `${lines.join("\n")}\n`;
}

/** Rows: segments of the baseline; columns: segments now, under the name of the one they are matched to. */
function migrationTable({ migration, rows, ari }: AssignmentChange): string[] {
  const { from, to, counts, matched, moved } = migration;
  const head = `Assignments: ${moved} of ${rows} rows moved, ARI ${ari.toFixed(4)}`;
  if (moved === 0) return [head];
  const name = (label: number) => (label < 0 ? "noise" : String(label));
  const columns = to.map((label, c) =>
    matched[c] === null || matched[c] === undefined ? `${name(label)} (new)` : name(matched[c]!),
  );
  return [
    head,
    "",
    `| from \\ to | ${columns.join(" | ")} |`,
    `|---|${to.map(() => "---:").join("|")}|`,
    ...from.map(
      (label, r) =>
        `| ${name(label)} | ${counts[r]!.map((count, c) => (matched[c] === label || count === 0 ? count : `**${count}**`)).join(" | ")} |`,
    ),
  ];
}

function asJson(comparison: Comparison): string {
  const { metrics, ...rest } = comparison;
  const scores = metrics && { ...metrics, metrics: metrics.metrics.filter(({ change }) => change !== "same") };
  return jsonText({ ...rest, metrics: scores });
}

/** One case per score of a candidate; one each for decision, assignments and completeness. */
function asJunit(comparison: Comparison): string {
  const { experiment, metrics, decision, assignments, outcome } = comparison;
  const cases: { group: string; name: string; failure?: string; error?: string }[] = [];
  if (outcome === "incomplete" || outcome === "refused") {
    cases.push({ group: "gate", name: "complete", error: comparison.reasons.join("\n") });
  } else if (metrics && metrics.missing.length > 0) {
    cases.push({ group: "gate", name: "complete", error: metrics.missing.join("\n") });
  } else cases.push({ group: "gate", name: "complete" });
  for (const each of metrics?.metrics ?? []) {
    const failure =
      each.change === "worse"
        ? `${brief(each.before)} → ${brief(each.after)}, ${brief(each.allowed)} allowed`
        : undefined;
    cases.push({ group: `${each.candidate} in ${each.space}`, name: each.column, ...(failure ? { failure } : {}) });
  }
  for (const each of metrics?.statuses ?? []) {
    if (each.change !== "worse") continue;
    const seed = each.seed === "" ? "" : ` seed ${each.seed}`;
    const failure = `${each.before} → ${each.after} (${each.reason.join(", ")})`;
    cases.push({ group: `${each.candidate} in ${each.space}`, name: `status${seed}`, failure });
  }
  if (decision) {
    const failure = decision.changed ? { failure: `${decision.before} → ${decision.after}` } : {};
    cases.push({ group: "gate", name: "decision", ...failure });
  }
  if (assignments) {
    const text = `${assignments.migration.moved} of ${assignments.rows} rows moved`;
    cases.push({ group: "gate", name: "assignments", ...(assignments.changed ? { failure: text } : {}) });
  }
  // Under --strict what is better fails too, and no single case says so.
  const isSaid = cases.some(({ failure, error }) => failure ?? error);
  if (outcome === "regressed" && !isSaid)
    cases.push({ group: "gate", name: "strict", failure: comparison.reasons.join("\n") });

  const count = (key: "failure" | "error") => cases.filter((each) => each[key] !== undefined).length;
  const totals = `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}"`;
  const lines = cases.map(({ group, name, failure, error }) => {
    const open = `    <testcase classname="${xml(group)}" name="${xml(name)}"`;
    const kind = failure !== undefined ? "failure" : "error";
    const text = failure ?? error;
    return text === undefined ? `${open}/>` : `${open}><${kind} message="${xml(text)}"/></testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="segmenta" ${totals}>`,
    `  <testsuite name="${xml(experiment)}" ${totals}>`,
    ...lines,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

const xml = (text: string) => text.replace(/[&<>"\n]/g, (letter) => ENTITIES[letter]!);
