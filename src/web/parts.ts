/** Pieces of the dashboard as HTML, made from a view. The server makes the page of them, the browser renews them. */
import { breakable, type Html, html } from "../core/html.js";
import { capital, percent, readable, shorten, waysOf } from "../core/words.js";
import type { FigureSpec } from "../figures/spec.js";
import type { View, ViewSegment } from "../pipeline/view-schema.js";
import { cutLabels } from "./figures.js";
import type { State } from "./state.js";

/** The class that carries a segment's colour; there is a rule for each of the first 64. */
export function segmentClass(label: number): string {
  return label < 0 ? "s-noise" : `s-${label % 64}`;
}

/** A name with its number in a ring of its colour: colour is never the only key. */
export function badge(label: number): Html {
  return html`<span class="badge ${segmentClass(label)}" aria-hidden="true">${label < 0 ? "–" : label}</span>`;
}

/** A share as a bar; its number stands beside it in words. */
export function bar(share: number, label: number): Html {
  const width = Math.max(0, Math.min(100, 100 * share)).toFixed(1);
  return html`<svg class="bar ${segmentClass(label)}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/><rect class="fill" width="${width}" height="6"/></svg>`;
}

/** All segments on one line, each as wide as its share. */
export function shareBar(view: View, shown: readonly number[]): Html {
  let x = 0;
  const parts = view.segments.map(({ label, share }) => {
    const left = x;
    x += 1000 * share;
    const width = Math.max(0, 1000 * share - 3).toFixed(1);
    return html`<rect class="fill ${segmentClass(label)}${shown.includes(label) ? "" : " off"}" x="${left.toFixed(1)}" width="${width}" height="14"/>`;
  });
  return html`<svg class="shares" viewBox="0 0 1000 14" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

/** A card per segment: who they are, how to recognise them, what sets them apart. */
export function segmentCards(view: View, { segments }: State): Html {
  return html`${view.segments.filter(({ label }) => segments.includes(label)).map((segment) => card(view, segment))}`;
}

function card(view: View, segment: ViewSegment): Html {
  const { label, name, size, share, reading, rule, evidence } = segment;
  // The reading opens with the name and the size, which stand above it already.
  const words = capital(reading.replace(/^.*?: [\d,]+ customers? \([^)]*\)(?: with |\. )/, ""));
  const strongest = segment.strongest.slice(0, 4).map((feature) => {
    const at = view.features.findIndex((candidate) => candidate.name === feature);
    const { unit, everyone, words: plain } = view.features[at]!;
    const { median, effect } = segment.profile[at]!;
    return html`<tr><th scope="row" title="${feature}">${plain ?? feature}${unit === null ? null : html` <small>${unit}</small>`}</th><td>${readable(median)}</td><td>${readable(everyone.median)}</td><td>${effectBar(effect ?? 0, label)}</td></tr>`;
  });
  return html`<article class="card ${segmentClass(label)}">
<h3>${badge(label)}<span>${name}</span></h3>
<p class="size"><span>${readable(size, 12)} customers · ${percent(share)}</span>${bar(share, label)}</p>
<p>${words}</p>
${
  rule === null
    ? null
    : html`<div class="rule"><span class="eyebrow">How to recognise them</span>${ways(rule.text)}<small>finds ${percent(rule.recall)} of them${
        rule.precision === null ? null : `; ${percent(rule.precision)} of those it names belong`
      }</small></div>`
}
${
  strongest.length === 0
    ? null
    : html`<table><thead><tr><th scope="col">sets them apart</th><th scope="col">median</th><th scope="col">everyone</th><th scope="col">effect</th></tr></thead><tbody>${strongest}</tbody></table>`
}
${evidence.length === 0 ? null : html`<details><summary>Why this name?</summary><ul>${evidence.map((item) => html`<li>${item}</li>`)}</ul></details>`}
</article>`;
}

/** Each way to meet the rule: the first, which most rows take, at once; the others on demand. */
function ways(text: string): Html {
  const [first, ...others] = waysOf(text);
  if (!first) return html`<p>No short rule finds them.</p>`;
  if (others.length === 0) return html`<p>${breakable(first)}</p>`;
  return html`<p>${breakable(first)}</p><details><summary>or ${others.length === 1 ? "another way" : `${others.length} other ways`}</summary><ul>${others.map((way) => html`<li>${breakable(way)}</li>`)}</ul></details>`;
}

/** A bar from the middle, to the right for more, to the left for less. */
function effectBar(effect: number, label: number): Html {
  const width = (50 * Math.abs(effect)).toFixed(1);
  const left = (effect < 0 ? 50 - 50 * Math.abs(effect) : 50).toFixed(1);
  return html`<span class="effect">${signed(effect)}<svg class="${segmentClass(label)}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="fill" x="${left}" width="${width}" height="8"/><rect class="axis" x="49" width="2" height="8"/></svg></span>`;
}

/** Features against segments: cells coloured by effect, with the number the reader asked for. */
export function profileTable(view: View, { segments, show }: State): Html {
  const shown = view.segments.filter(({ label }) => segments.includes(label));
  const cell = (segment: ViewSegment, j: number) => {
    const { effect, median, percentile } = segment.profile[j]!;
    const text =
      show === "effect"
        ? signed(effect)
        : show === "median"
          ? readable(median)
          : percentile === null
            ? "–"
            : readable(percentile, 2);
    return html`<td class="${effectClass(effect)}">${text}</td>`;
  };
  const said = {
    effect: "Cliff's delta against all others: +1 all of them have more, 0 alike, −1 all have less",
    median: "medians of the members, in each column's own unit",
    percentile: "where the segment's median lies among all customers; 50 is the customer in the middle",
  }[show];
  return html`<table class="heat"><caption>${capital(said)}. Colour always shows the effect: red more, blue less.</caption>
<thead><tr><th scope="col">feature</th>${shown.map(({ label, name }) => html`<th scope="col">${badge(label)}<span>${name}</span></th>`)}<th scope="col"><span>everyone</span></th></tr></thead>
<tbody>${view.features.map(
    ({ name, unit, words, everyone }, j) =>
      html`<tr><th scope="row"${words === null ? null : html` title="${words}"`}>${breakable(name)}${unit === null ? null : html` <small>${unit}</small>`}</th>${shown.map((segment) => cell(segment, j))}<td class="all">${
        show === "effect" ? "0" : show === "percentile" ? "50" : readable(everyone.median)
      }</td></tr>`,
  )}</tbody></table>`;
}

/** Cells of like effect share a class: steps of a twentieth. */
function effectClass(effect: number | null): string {
  if (effect === null) return "e-none";
  const step = Math.round(20 * effect);
  return step < 0 ? `e-m${-step}` : `e-${step}`;
}

/** The chosen cut of the tree against the segments, in rows of the map. */
export function overlapTable(view: View, state: State): Html {
  const cut = cutLabels(view, state);
  if (!cut) return html`<p>This view has no tree.</p>`;
  const clusters = [...new Set(cut)].sort((a, b) => a - b);
  const counts = clusters.map((cluster) =>
    view.segments.map(({ label }) =>
      cut.reduce((sum, own, row) => sum + Number(own === cluster && view.map.labels[row] === label), 0),
    ),
  );
  const same = cut.reduce((sum, own, row) => sum + Number(own === view.map.labels[row]), 0);
  return html`<p class="verdict"><strong>${percent(same / cut.length)}</strong> of ${readable(view.map.rows, 6)} customers are in the cluster that stands for their segment.</p>
<p class="muted">Rows: the tree's ${clusters.length} clusters, each numbered by the segment it overlaps most. Columns: the model's segments.</p>
<div class="scroll" tabindex="0" role="group" aria-label="clusters against segments"><table class="overlap"><thead><tr><th scope="col">cluster</th>${view.segments.map(({ label, name }) => html`<th scope="col">${badge(label)}<span>${shorten(name, 28)}</span></th>`)}</tr></thead>
<tbody>${clusters.map((cluster, r) => {
    const total = counts[r]!.reduce((sum, count) => sum + count, 0);
    return html`<tr><th scope="row">${badge(cluster)}${readable(total, 6)}</th>${counts[r]!.map((count, c) => html`<td class="${count / total >= 0.5 ? "most" : count === 0 ? "none" : ""}">${count === 0 ? "·" : readable(count, 6)}${view.segments[c]!.label === cluster ? html`<span class="visually-hidden"> (its segment)</span>` : null}</td>`)}</tr>`;
  })}</tbody></table></div>`;
}

/** What a figure shows, in words and numbers. */
export function figureWords(spec: FigureSpec): Html {
  const { columns, rows } = spec.table;
  return html`<p>${spec.alt}</p><div class="scroll" tabindex="0" role="group" aria-label="numbers of the figure"><table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((value) => html`<td>${typeof value === "number" ? readable(value, 5) : (value ?? "–")}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** The candidates in the rule's order. */
export function leaderboardTable({ leaderboard, decision }: View): Html {
  const { columns, rows } = leaderboard;
  return html`<table class="leaderboard"><caption>${rows.length} candidates judged in ${decision.space}; mean ± one standard deviation over seeds</caption>
<thead><tr><th scope="col">#</th><th scope="col">candidate</th><th scope="col">k</th>${columns.map(({ title, better }) => html`<th scope="col">${title} <span aria-label="${better} is better">${better === "higher" ? "↑" : "↓"}</span></th>`)}<th scope="col">smallest</th></tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr class="${row.chosen ? "chosen" : row.reasons.length > 0 || row.baseline ? "out" : ""}"><td>${row.rank ?? "–"}</td><th scope="row">${row.name}${[
        ...(row.chosen ? ["chosen"] : []),
        ...(row.baseline ? ["baseline"] : []),
        ...row.reasons,
      ].map((tag) => html` <span class="tag">${tag}</span>`)}</th><td>${row.k ?? "–"}</td>${row.scores.map(
        ({ mean, sd }) =>
          html`<td>${sd === null || sd === 0 ? readable(mean, 4) : `${readable(mean, 4)} ± ${readable(sd, 2)}`}</td>`,
      )}<td>${percent(row.smallest)}</td></tr>`,
  )}</tbody></table>`;
}

/** The title of a map's key: what its colours are. */
export function colouredBy({ colour, linkage, k }: State): string {
  return colour === "tree" ? `coloured by the ${linkage} tree cut into ${k}` : "coloured by the model's segments";
}

function signed(value: number | null): string {
  if (value === null) return "–";
  const text = Math.abs(value).toFixed(2);
  return text === "0.00" ? "0" : `${value > 0 ? "+" : "−"}${text}`;
}
