/** The API on one plain page, made from the OpenAPI description. */
import { html } from "hono/html";
import { readable } from "../../core/words.js";
import type { Limits } from "../limits.js";
import { typicalCustomer } from "../reasons.js";
import type { Service } from "../service.js";
import { fieldText } from "./form.js";
import type { Html } from "./layout.js";

interface Described {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string } | undefined>>>>;
}

export function docsBody({ model }: Service, limits: Limits, described: Described): Html | Promise<Html> {
  const routes = Object.entries(described.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => ({
      path,
      method: method.toUpperCase(),
      summary: route?.summary ?? "",
    })),
  );
  const typical = typicalCustomer(model);
  const { features } = model.input;
  const row = JSON.stringify(Object.fromEntries(features.map(({ name }, j) => [name, typical[j]])), null, 2);
  const csv = `${features.map(({ name }) => name).join(",")}\n${typical.map(fieldText).join(",")}`;
  return html`<h1>API</h1>
<p>The whole description is <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
<div class="scroll"><table><thead><tr><th scope="col">Request</th><th scope="col">Answer</th></tr></thead>
<tbody>${routes.map(({ path, method, summary }) => html`<tr><th scope="row"><code>${method} ${path}</code></th><td>${summary}</td></tr>`)}</tbody></table></div>
<h2>One row</h2>
<pre tabindex="0" role="region" aria-label="one row"><code>curl -s localhost:8080/predict -H 'content-type: application/json' -d '${row}'</code></pre>
<p>Several rows go in a list, or in <code>{"rows": […]}</code>: up to ${readable(limits.jsonRows, 9)}.</p>
<h2>A table</h2>
<pre tabindex="0" role="region" aria-label="a table"><code>${csv}</code></pre>
<p>Sent as <code>text/csv</code> it is answered as CSV, or as JSON with <code>Accept: application/json</code>; up to ${readable(limits.csvRows, 9)} rows.
Cells that a spreadsheet would run as a formula come back behind an apostrophe; <code>?cells=as-is</code> leaves them. More rows: <code>segmenta predict</code>.</p>
<h2>Features</h2>
<div class="scroll"><table><thead><tr><th scope="col">Feature</th><th scope="col">Training range</th><th scope="col">May be missing</th></tr></thead>
<tbody>${features.map((feature) => html`<tr><th scope="row"><code>${feature.name}</code></th><td>${feature.kind === "number" ? `${readable(feature.min, 6)} to ${readable(feature.max, 6)}` : feature.categories.join(", ")}</td><td>${feature.mayBeMissing ? "yes" : "no"}</td></tr>`)}</tbody></table></div>
<h2>Errors</h2>
<p>Every error is a problem (RFC 9457, <code>application/problem+json</code>) with <code>code</code>, <code>detail</code>, <code>where</code> and <code>mend</code>: what happened, where, and how to mend it.</p>`;
}
