/**
 * A report: one HTML file that needs nothing else. Everything is inlined, and a content security policy forbids
 * the page any request, so what is on it is what is in it.
 */

import { breakable, Html, html, scriptJson } from "../core/html.js";
import { percent, readable, waysOf } from "../core/words.js";
import { segmentColour } from "../figures/palette.js";
import type { LeaderboardRow } from "../sweep/leaderboard.js";
import type { ReportColumn, ReportFigure, ReportInput, ReportSegment } from "./input.js";
import { script } from "./script.js";
import { style } from "./style.js";

/** The page. Pure: the same input gives the same bytes. */
export function buildReport(input: ReportInput): string {
  const bySection = (section: ReportFigure["section"]) => input.figures.filter((figure) => figure.section === section);
  const specs = Object.fromEntries(
    input.figures.map(({ id, spec }) => [`figure-${id}`, { data: spec.data, layout: spec.layout }]),
  );
  // Raster layers of the bundle are drawn by it alone; data: and blob: are its own images, never a request.
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:";
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${input.title}: ${input.headline}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>${input.title}</h1>
<p class="answer">${input.headline}</p>
<p class="question">${input.question}</p>
</header>
<nav aria-label="Sections"><div><a href="#decision">Decision</a><a href="#segments">Segments</a><a href="#choice">Choice</a><a href="#provenance">Provenance</a></div></nav>
<main>
${decision(input)}
<section id="segments">
<h2>Who are they?</h2>
${input.segments.length === 0 ? html`<p>There are no segments to describe.</p>` : segments(input)}
${bySection("segments").map(figure)}
</section>
<section id="choice">
<h2>How was it chosen?</h2>
<p>Judged in <code>${input.decision.space}</code> by the rule “${input.decision.rule}”. Click a heading to sort.</p>
${leaderboard(input.leaderboard.columns, input.leaderboard.rows)}
${bySection("choice").map(figure)}
</section>
${provenance(input)}
</main>
<footer>Made by Segmenta. This file is complete: it asks the network for nothing.</footer>
<noscript><p>Figures need scripts; their numbers stand in the tables below each of them.</p></noscript>
<script type="application/json" id="figures">${scriptJson(specs)}</script>
<script>${new Html(input.plotly.replaceAll("</script", "<\\/script"))}</script>
<script>${new Html(script)}</script>
</body>
</html>
`;
  return page.source;
}

function decision({ decision, notes }: ReportInput): Html {
  return html`<section id="decision">
<h2>Why this answer?</h2>
<ul>${decision.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
${decision.incomplete > 0 ? html`<p class="flag"><strong>Partial.</strong> ${decision.incomplete} trials have no answer yet.</p>` : null}
${decision.flags.map(({ code, message }) => html`<p class="flag"><code>${code}</code> ${message}</p>`)}
${
  notes.length === 0
    ? null
    : html`<details><summary>${notes.length} ${notes.length === 1 ? "note" : "notes"}</summary><ul>${notes.map(
        (note) => html`<li>${note.message}${note.hint === undefined ? "" : `; ${note.hint}`}</li>`,
      )}</ul></details>`
}
</section>`;
}

function segments({ segments, rules }: ReportInput): Html {
  const accuracy = rules?.crossAccuracy ?? null;
  return html`<div class="cards">${segments.map(card)}</div>
<p class="small">Medians are in original units. Effect: Cliff's delta against all other customers, −1 to 1.${
    accuracy === null
      ? ""
      : ` The rules put a customer they have not seen into the right segment with a balanced accuracy of ${percent(accuracy)} (5-fold).`
  }</p>`;
}

function card(segment: ReportSegment): Html {
  const { name, label, size, share, reading, rule, evidence, features } = segment;
  return html`<article class="card" style="--segment:${segmentColour(label)}">
<h3><span class="number">${label < 0 ? "–" : label}</span>${name}</h3>
<div class="size"><span>${readable(size, 12)} · ${percent(share)}</span><span class="bar"><i style="width:${(100 * share).toFixed(1)}%"></i></span></div>
<p>${reading}</p>
${
  rule === null
    ? null
    : html`<p class="rule">${ways(rule.text)}<br><small>finds ${percent(rule.recall)} of them${
        rule.precision === null ? "" : `; ${percent(rule.precision)} of those it names belong`
      }</small></p>`
}
<table><thead><tr><th scope="col">strongest</th><th scope="col">median</th><th scope="col">everyone</th><th scope="col">effect</th></tr></thead><tbody>${features.map(
    ({ feature, unit, median, everyone, effect }) =>
      html`<tr><td>${breakable(feature)}${unit === null ? "" : ` (${unit})`}</td><td>${readable(median)}</td><td>${readable(everyone)}</td><td>${effectBar(effect)}</td></tr>`,
  )}</tbody></table>
<details><summary>Why this name?</summary><ul>${evidence.map((item) => html`<li>${item}</li>`)}</ul></details>
</article>`;
}

/** Each way to meet the rule on a line of its own. */
function ways(text: string): Html {
  return html`${waysOf(text).map((way, i) => (i === 0 ? breakable(way) : html`<br>or ${breakable(way)}`))}`;
}

/** A bar from the middle, to the right for more, to the left for less. */
function effectBar(effect: number): Html {
  const width = (50 * Math.abs(effect)).toFixed(1);
  const left = (effect < 0 ? 50 - 50 * Math.abs(effect) : 50).toFixed(1);
  const text = `${effect < 0 ? "−" : "+"}${Math.abs(effect).toFixed(2)}`;
  return html`${text} <span class="effect" aria-hidden="true"><i style="left:${left}%;width:${width}%"></i></span>`;
}

function leaderboard(columns: readonly ReportColumn[], rows: readonly LeaderboardRow[]): Html {
  const head = (title: string, kind: "text" | "number", first: "ascending" | "descending", sort = "none") =>
    html`<th scope="col" aria-sort="${sort}" data-kind="${kind}" data-first="${first}"><button type="button">${title}</button></th>`;
  return html`<div class="scroll tall" tabindex="0" role="group" aria-label="leaderboard"><table class="leaderboard">
<caption class="small">${rows.length} candidates; means over seeds ± their standard deviation (summary.md shows the seed that represents a candidate)</caption>
<thead><tr>${head("candidate", "text", "ascending")}${head("rank", "number", "ascending", "ascending")}${head("k", "number", "ascending")}${columns.map(
    ({ title, better }) =>
      head(`${title} ${better === "higher" ? "↑" : "↓"}`, "number", better === "higher" ? "descending" : "ascending"),
  )}${head("smallest", "number", "descending")}${head("coverage", "number", "descending")}</tr></thead>
<tbody>${rows.map((row) => candidate(row))}</tbody>
</table></div>`;
}

function candidate(row: LeaderboardRow): Html {
  const tags = new Set([...(row.chosen ? ["chosen"] : []), ...(row.baseline ? ["baseline"] : []), ...row.reasons]);
  const look = row.chosen ? "chosen" : row.reasons.length > 0 || row.baseline ? "out" : "";
  const cell = (value: number | null, text: string) => html`<td data-value="${value ?? ""}">${text}</td>`;
  return html`<tr class="${look}"><td data-value="${row.name}">${row.name}${[...tags].map((tag) => html`<span class="tag">${tag}</span>`)}</td>${cell(row.rank, row.rank === null ? "–" : String(row.rank))}${cell(row.k, row.k === null ? "–" : String(row.k))}${row.scores.map(
    ({ mean, sd }) =>
      cell(mean, sd === null || sd === 0 ? readable(mean, 4) : `${readable(mean, 4)} ± ${readable(sd, 2)}`),
  )}${cell(row.smallest, percent(row.smallest))}${cell(row.coverage, percent(row.coverage))}</tr>`;
}

function figure({ id, spec }: ReportFigure): Html {
  const { columns, rows } = spec.table;
  return html`<figure id="${id}">
<div class="plot" id="figure-${id}" role="group" aria-label="${spec.alt}"></div>
<figcaption><details><summary>In words and numbers</summary>
<p class="alt">${spec.alt}</p>
<div class="scroll"><table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((value) => html`<td>${typeof value === "number" ? readable(value, 5) : (value ?? "–")}</td>`)}</tr>`)}</tbody></table></div>
</details></figcaption>
</figure>`;
}

function provenance({ provenance, config, references }: ReportInput): Html {
  return html`<section id="provenance">
<h2>Where do the numbers come from?</h2>
<dl>${provenance.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>
<details><summary>The whole configuration</summary><pre>${config}</pre></details>
${references.length === 0 ? null : html`<details><summary>Papers</summary><ul>${references.map((line) => html`<li>${line}</li>`)}</ul></details>`}
</section>`;
}
