/** The page where a person asks about one customer: a plain form, and under it the answer. */
import { html } from "hono/html";
import { listed, percent, readable } from "../../core/words.js";
import { segmentColour } from "../../figures/palette.js";
import type { InputFeature } from "../../pipeline/index.js";
import type { Cell } from "../../preprocessing/compile.js";
import type { Problem } from "../problem.js";
import type { Explained, Service } from "../service.js";
import type { Example, Examples } from "./examples.js";
import type { Html } from "./layout.js";
import type { Move } from "./moves.js";
import { marginWords } from "./words.js";

export interface FormState {
  /** What stands in the fields, in the order of the features. */
  readonly values: readonly string[];
  readonly answer?: { readonly explained: Explained; readonly moves: readonly Move[] } | undefined;
  readonly problem?: Problem | undefined;
  /** The segment whose example is shown, if one is. */
  readonly example?: Example | undefined;
}

/** A cell as it stands in a field. */
export function fieldText(cell: Cell): string {
  return cell === null || Number.isNaN(cell) ? "" : String(cell);
}

/**
 * What the fields say, as a record for the service: an empty field is missing, a text that is no number stays. A text
 * keeps its blanks, as it does in JSON: they may be what tells two categories apart.
 */
export function readFields(values: readonly string[], features: readonly InputFeature[]): Record<string, unknown> {
  return Object.fromEntries(
    features.map(({ name, kind }, j) => {
      const text = kind === "number" ? (values[j] ?? "").trim() : (values[j] ?? "");
      if (text === "") return [name, null];
      const number = Number(text);
      return [name, kind === "number" && !Number.isNaN(number) ? number : text];
    }),
  );
}

export function formBody(service: Service, examples: Examples, state: FormState): Html | Promise<Html> {
  const { model } = service;
  return html`<h1>Which segment is this customer in?</h1>
<p>${model.segments.length} segments, found by ${model.algorithm.name} in ${readable(total(service), 12)} customers.
${optional(model.input.features) === "all" ? "A value that is not known may be left empty." : ""}</p>
${state.problem ? faults(state.problem, model.input.features) : ""}
${state.answer ? answerPart(service, examples, state.answer.explained, state.answer.moves) : ""}
<h2 id="examples">Start from an example</h2>
<ul class="examples" aria-labelledby="examples">
<li><a href="/">Typical customer</a></li>
${[...examples.values()].map(({ label, name }) => html`<li><a href="/?example=${String(label)}"${state.example?.label === label ? html` aria-current="true"` : ""}>${name}</a></li>`)}
</ul>
<h2 id="values">Values</h2>
<form method="post" action="/" novalidate>
<div class="fields" role="group" aria-labelledby="values">
${model.input.features.map((feature, j) => field(feature, j, state, model.input.features))}
</div>
<button type="submit">Find the segment</button>
</form>`;
}

function total({ model }: Service): number {
  return Math.round(model.segments.reduce((sum, { size }) => sum + size, 0) / (1 - model.noise || 1));
}

/** Whether values may be left empty: told once when it holds for all. */
function optional(features: readonly InputFeature[]): "all" | "some" {
  return features.every((feature) => feature.mayBeMissing) ? "all" : "some";
}

function field(
  feature: InputFeature,
  j: number,
  { values, problem }: FormState,
  features: readonly InputFeature[],
): Html | Promise<Html> {
  const id = `f${j}`;
  const fault = partsOf(problem).find(({ detail }) => detail.includes(`"${feature.name}"`));
  const invalid = fault ? html` aria-invalid="true"` : "";
  const described = fault ? `${id}-hint ${id}-fault` : `${id}-hint`;
  const value = values[j] ?? "";
  const mayBeEmpty = feature.mayBeMissing && optional(features) === "some" ? "; may be left empty" : "";
  const control =
    feature.kind === "number"
      ? html`<input id="${id}" name="${feature.name}" type="number" step="any" inputmode="decimal" value="${value}" aria-describedby="${described}"${invalid}>`
      : html`<select id="${id}" name="${feature.name}" aria-describedby="${described}"${invalid}>
${feature.mayBeMissing ? html`<option value=""${value === "" ? html` selected` : ""}>not known</option>` : ""}
${[...new Set([...feature.categories, ...(value === "" ? [] : [value])])].map((category) => html`<option value="${category}"${category === value ? html` selected` : ""}>${category}</option>`)}
</select>`;
  const hint =
    feature.kind === "number"
      ? `usually ${readable(feature.quantiles.p05)} to ${readable(feature.quantiles.p95)}, in training ${readable(feature.min)} to ${readable(feature.max)}${mayBeEmpty}`
      : `one of ${feature.categories.length}${mayBeEmpty}`;
  return html`<div class="field"><label for="${id}">${breakable(feature.name)}</label>
${control}
<span class="hint" id="${id}-hint">${hint}</span>${fault ? html`<span class="fault" id="${id}-fault">${fault.detail}</span>` : ""}</div>`;
}

/** A long name may break after each underscore. */
function breakable(name: string): Html | Promise<Html> {
  return html`${name.split(/(?<=_)/).map((part, at) => html`${at > 0 ? html`<wbr>` : ""}${part}`)}`;
}

const partsOf = (problem: Problem | undefined) => problem?.errors ?? (problem ? [problem] : []);

function faults(problem: Problem, features: readonly InputFeature[]): Html | Promise<Html> {
  return html`<div class="faults" role="alert"><p><strong>That could not be answered.</strong></p>
<ul>${partsOf(problem).map(({ detail, mend }) => {
    const at = features.findIndex(({ name }) => detail.includes(`"${name}"`));
    const words = mend ? `${detail}: ${mend}` : detail;
    return at < 0 ? html`<li>${words}</li>` : html`<li><a href="#f${String(at)}">${words}</a></li>`;
  })}</ul></div>`;
}

function answerPart(
  service: Service,
  examples: Examples,
  answer: Explained,
  moves: readonly Move[],
): Html | Promise<Html> {
  const segment = service.model.segments.find(({ label }) => label === answer.segment);
  return html`<section class="answer" id="answer" aria-labelledby="answer-name">
<h2 id="answer-name"><svg width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="7" fill="${segmentColour(answer.segment)}"/></svg> ${answer.name}</h2>
<p>${segment ? `${percent(segment.share)} of the customers it was made from are in this segment. ` : ""}${marginWords(service, examples, answer)}</p>
${answer.outOfRange.length > 0 ? html`<p class="warning" role="note">Outside what the model has seen: ${listed(answer.outOfRange)}. The answer is a guess there.</p>` : ""}
${answer.imputed.length > 0 ? html`<p class="muted">Left empty and filled with a typical value: ${listed(answer.imputed)}.</p>` : ""}
<h3>What speaks for it</h3>
${
  answer.because.length === 0
    ? html`<p>No single value does: it is close to the typical customer.</p>`
    : html`<div class="scroll"><table><thead><tr><th scope="col">Feature</th><th scope="col" class="number">Value</th><th scope="col" class="number">Typical</th><th scope="col" class="number">Weight</th></tr></thead>
<tbody>${answer.because.map((reason) => html`<tr><th scope="row">${reason.feature}</th><td class="number">${shown(reason.value)}</td><td class="number">${shown(reason.typical)}</td><td class="number">${percent(reason.weight)}</td></tr>`)}</tbody></table></div>`
}
${
  moves.length === 0
    ? ""
    : html`<h3>What would move it elsewhere</h3>
<ul>${moves.map(({ to, changes }) => html`<li>To <strong>${to}</strong>: ${changes === null ? "no change of up to three values within the training range was found." : `${listed(changes.map((change) => `${change.feature} ${shown(change.from)} → ${shown(change.to)}`))}.`}</li>`)}</ul>
<p class="muted">Each was checked by asking the model again. It tells where the model draws its lines, not what a customer will do.</p>`
}
</section>`;
}

function shown(cell: Cell): string {
  return typeof cell === "number" ? readable(cell, 6) : (cell ?? "–");
}
