/** The page that explores the segments: plain HTML with everything said, drawn upon by the script. */
import { type Html, html } from "../core/html.js";
import { percent, readable } from "../core/words.js";
import type { Model, View } from "../pipeline/index.js";
import { type FigureId, makeFigure } from "./figures.js";
import {
  badge,
  colouredBy,
  figureWords,
  leaderboardTable,
  overlapTable,
  profileTable,
  segmentCards,
  segmentClass,
  shareBar,
} from "./parts.js";
import type { State } from "./state.js";

/** How much of a spec's height its title takes; on the page the title is a heading above it. */
export const titleHeight = 74;

export function explorePage(view: View, state: State): Html {
  return html`<div class="dash" id="dashboard">
<span class="eyebrow">${view.name}</span>
<h1>${view.headline}</h1>
<p class="lead">${view.question}</p>
<dl class="facts"><div><dt>customers</dt><dd>${readable(view.data.rows, 12)}</dd></div><div><dt>judged in</dt><dd>${view.decision.space}</dd></div><div><dt>candidates</dt><dd>${view.leaderboard.rows.length}</dd></div>${
    view.rules.crossAccuracy === null
      ? null
      : html`<div><dt>rules, on customers not seen</dt><dd>${percent(view.rules.crossAccuracy)} right</dd></div>`
  }</dl>
${view.decision.flags.map(({ code, message }) => html`<p class="flag"><code>${code}</code> ${message}</p>`)}
<form id="controls" method="get" action="/dashboard">
${filter(view, state)}
</form>

<section id="segments" aria-labelledby="segments-title">
<h2 id="segments-title">Who are they?</h2>
<p class="lead">Medians are in original units. Effect is Cliff's delta against all other customers, −1 to 1.</p>
<div class="cards" id="cards">${segmentCards(view, state)}</div>
</section>

<section id="profiles" aria-labelledby="profiles-title">
<h2 id="profiles-title">What does each segment have more or less of?</h2>
<div class="tools">${radios("show", "numbers in the cells", state.show, [
    ["effect", "effect"],
    ["median", "median"],
    ["percentile", "percentile"],
  ])}${submit()}</div>
<div class="scroll" id="profile" tabindex="0" role="group" aria-label="profile of each segment">${profileTable(view, state)}</div>
${panel("snake", "How does the typical member of each segment compare?", "Where each segment's median lies among all customers; 50 is the middle customer.", view, state)}
</section>

<section id="maps" aria-labelledby="maps-title">
<h2 id="maps-title">Where do they lie?</h2>
<p class="lead">${view.map.rows < view.map.of ? html`A draw of ${readable(view.map.rows, 6)} of ${readable(view.map.of, 12)} customers` : html`All ${readable(view.map.of, 12)} customers`}, <span id="coloured">${colouredBy(state)}</span>.</p>
<div class="tools">${radios("colour", "colour by", state.colour, [
    ["segments", "the model's segments"],
    ["tree", "the tree's cut"],
  ])}${submit()}</div>
<div class="pair">
${panel("pca", "The plane of most variance", planeHint(view), view, state)}
${panel("tsne", "Neighbourhoods (t-SNE)", "Near points are alike; sizes of groups and distances between them mean nothing.", view, state)}
</div>
</section>

<section id="tree" aria-labelledby="tree-title">
<h2 id="tree-title">Would a tree part them alike?</h2>
<p class="lead">The customers of the map joined nearest first, whatever algorithm the model is of. Clusters wear the number and colour of the segment they overlap most.</p>
<div class="tools">
<label>linkage<select name="linkage" form="controls" id="linkage">${view.trees.map(({ linkage }) => html`<option value="${linkage}"${state.linkage === linkage ? html` selected` : null}>${linkage}</option>`)}</select></label>
<label for="k"><span>clusters: <output id="k-out" for="k">${state.k}</output></span><input type="range" id="k" name="k" form="controls" min="2" max="${view.trees[0]?.cuts.at(-1)?.k ?? 2}" step="1" value="${state.k}"></label>${submit()}
</div>
<div class="pair">
${panel("tree", "Where the tree parts", "Below each branch its number of customers; dashed: the cut.", view, state)}
<div class="panel"><h3>Against the model's segments</h3><div id="overlap">${overlapTable(view, state)}</div></div>
</div>
</section>

<section id="features" aria-labelledby="features-title">
<h2 id="features-title">How is one feature spread?</h2>
<div class="tools"><label>feature<select name="feature" form="controls" id="feature">${view.histograms.map(({ feature }) => html`<option value="${feature}"${state.feature === feature ? html` selected` : null}>${feature}</option>`)}</select></label>${submit()}</div>
${panel("histogram", "Share of each segment per bin", "Bins are shared by all segments; the grey line is everyone shown.", view, state)}
</section>

<section id="choice" aria-labelledby="choice-title">
<h2 id="choice-title">How was this chosen?</h2>
<p class="lead">${view.decision.rule}; judged in <code>${view.decision.space}</code>.</p>
<ul>${view.decision.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
${view.decision.incomplete > 0 ? html`<p class="flag">${view.decision.incomplete} trials have no answer yet.</p>` : null}
<div class="scroll tall" tabindex="0" role="group" aria-label="leaderboard">${leaderboardTable(view)}</div>
</section>

<section id="about" aria-labelledby="about-title">
<h2 id="about-title">What is behind this page?</h2>
<p>A file of profiles, bins, trees and ${readable(view.embeds.coordinates, 6)} places on maps: no raw row of a customer and no id. Data <code>${view.data.checksum.slice(0, 12)}</code>, model <code>${view.model.slice(0, 12)}</code>. <a href="/dashboard/view.json">view.json</a></p>
</section>
</div>`;
}

function filter(view: View, { segments }: State): Html {
  return html`<div class="filter"><fieldset><legend class="visually-hidden">Segments shown</legend><div class="row"><div class="chips">${view.segments.map(
    ({ label, name, share }) =>
      html`<label class="chip ${segmentClass(label)}"><input type="checkbox" name="segment" value="${label}"${segments.includes(label) ? html` checked` : null}>${badge(label)}<span>${name}</span> <small>${percent(share)}</small></label>`,
  )}</div><button type="button" class="quiet scripted" id="all"${segments.length === view.segments.length ? html` disabled` : null}>Show all</button>${submit()}</div></fieldset><div id="shares">${shareBar(view, segments)}</div></div>`;
}

function planeHint({ map }: View): Html {
  if (!map.pca) return html`The rows span less than a plane.`;
  const [first, second] = map.pca.explained;
  return html`Two principal components keep ${percent(first + second)} of the variance<span class="wide-only">; arrows show which way features grow</span>.`;
}

function radios(name: string, legend: string, chosen: string, options: readonly (readonly [string, string])[]): Html {
  return html`<fieldset><legend>${legend}</legend><div class="switch">${options.map(
    ([value, text]) =>
      html`<label><input type="radio" name="${name}" value="${value}" form="controls"${value === chosen ? html` checked` : null}>${text}</label>`,
  )}</div></fieldset>`;
}

/** Without scripts a choice is sent by this button. */
function submit(): Html {
  return html`<button class="unscripted" form="controls">Show</button>`;
}

/** A figure's place: its heading, room of the height it will have, its words and numbers. */
function panel(id: FigureId, title: string, hint: string | Html, view: View, state: State): Html {
  const spec = makeFigure(id, view, state, false);
  if (!spec) return html`<div class="panel"><h3>${title}</h3><p>There is too little to draw.</p></div>`;
  const narrow = makeFigure(id, view, state, true)!;
  const room = (kind: "wide" | "narrow", height: unknown) =>
    html`<svg class="strut ${kind}" width="1" height="${Number(height) - titleHeight}" aria-hidden="true"></svg>`;
  return html`<figure class="panel"><h3>${title}</h3><p>${hint}</p>
<div class="plot" id="figure-${id}" role="img" aria-label="${spec.alt}">${room("wide", spec.layout["height"])}${room("narrow", narrow.layout["height"])}</div>
<figcaption><details><summary>In words and numbers</summary><div id="words-${id}">${figureWords(spec)}</div></details></figcaption></figure>`;
}

/** Without a view: what the model itself tells. */
export function modelPage(model: Model, why: string): Html {
  const features = model.input.features.map(({ name }) => name);
  const cell = (value: number | string | null | undefined) =>
    html`<td>${typeof value === "number" ? readable(value) : (value ?? "–")}</td>`;
  return html`<div class="dash"><span class="eyebrow">${model.name}</span>
<h1>${model.segments.length} segments</h1>
<p class="flag">${why}</p>
<section><h2>Who are they?</h2>
<div class="scroll" tabindex="0" role="group" aria-label="medians of each segment"><table class="heat"><caption>Medians of the members, in original units</caption>
<thead><tr><th scope="col">feature</th>${model.segments.map(({ label, name, share }) => html`<th scope="col">${badge(label)}<span>${name}</span> <small>${percent(share)}</small></th>`)}</tr></thead>
<tbody>${features.map((feature) => html`<tr><th scope="row">${feature}</th>${model.segments.map(({ medians }) => cell(medians[feature]))}</tr>`)}</tbody></table></div></section></div>`;
}
