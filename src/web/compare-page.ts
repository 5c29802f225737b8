/** Experiments side by side: what each decided, and how far they agree on who belongs together. */
import { type Html, html } from "../core/html.js";
import { percent, readable } from "../core/words.js";
import { adjustedRand } from "../metrics/agreement.js";
import { migration } from "../metrics/matching.js";
import type { ExperimentRecord } from "./experiments.js";
import { badge, segmentClass } from "./parts.js";

export function comparePage(experiments: readonly ExperimentRecord[]): Html {
  return html`<div class="dash" id="compare"><h1>Do different questions find the same customers?</h1>
<p class="lead">Each row is a finished experiment. Scores compare only within one space, so each table below holds one; agreement compares the customers themselves, whatever the space.</p>
${bySpace(experiments).map(spaceTable)}
${agreementSection(experiments)}</div>`;
}

function bySpace(experiments: readonly ExperimentRecord[]): ExperimentRecord[][] {
  const groups = new Map<string, ExperimentRecord[]>();
  for (const experiment of experiments) {
    const group = groups.get(experiment.space.key) ?? [];
    groups.set(experiment.space.key, [...group, experiment]);
  }
  return [...groups.values()];
}

function spaceTable(group: readonly ExperimentRecord[]): Html {
  const { space, data } = group[0]!;
  const metrics = [...new Set(group.flatMap(({ winner }) => Object.keys(winner?.scores ?? {})))].filter((metric) =>
    group.some(({ winner }) => typeof winner?.scores[metric] === "number"),
  );
  return html`<section><h2>Judged in ${space.name}</h2><p class="lead">${readable(data.rows, 12)} customers, data <code>${data.checksum.slice(0, 12)}</code></p>
<div class="scroll" tabindex="0" role="group" aria-label="experiments judged in ${space.name}"><table class="leaderboard compare"><thead><tr><th scope="col">experiment</th><th scope="col">answer</th><th scope="col">sizes</th>${metrics.map((metric) => html`<th scope="col">${metric.replaceAll("_", " ")}</th>`)}<th scope="col">rule</th></tr></thead>
<tbody>${group.map(
    ({ folder, winner, rule, outcome, flags }) =>
      html`<tr><th scope="row">${folder}</th><td>${winner === null ? outcome : html`${winner.k} segments, ${winner.algorithm} <small>${winner.params}${winner.place ? `, ${winner.place}` : ""}</small>`}${flags.map((flag) => html` <span class="tag">${flag}</span>`)}</td><td>${winner === null ? "–" : sizes(winner.shares)}</td>${metrics.map((metric) => html`<td>${readable(winner?.scores[metric] ?? null, 4)}</td>`)}<td>${rule}</td></tr>`,
  )}</tbody></table></div></section>`;
}

/** Shares as one bar, spoken as numbers. */
function sizes(shares: readonly number[]): Html {
  let x = 0;
  const parts = shares.map((share, label) => {
    const left = x;
    x += 100 * share;
    return html`<rect class="fill ${segmentClass(label)}" x="${left.toFixed(2)}" width="${Math.max(0, 100 * share - 0.8).toFixed(2)}" height="10"/>`;
  });
  return html`<svg class="sizes" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${shares.map((share) => percent(share)).join(", ")}">${parts}</svg>`;
}

/** Pairs of experiments on the same data. */
function agreementSection(experiments: readonly ExperimentRecord[]): Html {
  const known = experiments.filter(({ labels }) => labels !== null);
  const pairs = known.flatMap((a, i) =>
    known.slice(i + 1).flatMap((b) => (a.data.checksum === b.data.checksum ? [[a, b] as const] : [])),
  );
  if (pairs.length === 0) {
    return html`<section><h2>Who agrees?</h2><p>No two of these experiments have segments of the same data.</p></section>`;
  }
  return html`<section><h2>Who agrees?</h2><p class="lead">Adjusted Rand index: 1 when two experiments group all customers alike, 0 when no more than by chance.</p>${pairs.map(([a, b]) => pairTable(a, b))}</section>`;
}

function pairTable(a: ExperimentRecord, b: ExperimentRecord): Html {
  const { from, to, counts, stayed, moved } = migration(a.labels!, b.labels!);
  const name = (experiment: ExperimentRecord, label: number) =>
    experiment.names[label] ?? (label < 0 ? "Noise" : `Segment ${label}`);
  return html`<div class="panel"><h3>${a.folder} and ${b.folder}: ${readable(adjustedRand.compare(a.labels!, b.labels!))}</h3>
<p>${percent(stayed / (stayed + moved))} of customers are in matched segments.</p>
<div class="scroll" tabindex="0" role="group" aria-label="${a.folder} against ${b.folder}"><table class="overlap"><caption>Rows: ${a.folder}. Columns: ${b.folder}.</caption><thead><tr><th scope="col">customers</th>${to.map((label) => html`<th scope="col">${badge(label)}<span>${name(b, label)}</span></th>`)}</tr></thead>
<tbody>${from.map((label, r) => {
    const total = counts[r]!.reduce((sum, count) => sum + count, 0);
    return html`<tr><th scope="row">${badge(label)}${name(a, label)}</th>${counts[r]!.map((count) => html`<td class="${count / total >= 0.5 ? "most" : count === 0 ? "none" : ""}">${count === 0 ? "·" : readable(count, 12)}</td>`)}</tr>`;
  })}</tbody></table></div></div>`;
}
