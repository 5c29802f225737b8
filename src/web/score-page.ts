/** The page that scores a file of customers: the script sends it to /predict and hands back the file with segments. */
import { type Html, html } from "../core/html.js";
import type { Model } from "../pipeline/index.js";

export function scorePage(model: Model): Html {
  const { features, id } = model.input;
  const needed = features.filter((feature) => !feature.mayBeMissing).length;
  return html`<div class="dash" id="score">
<h1>Which segments are these customers in?</h1>
<p class="lead">Give a CSV file with a header line. It goes to this service and nowhere else, is answered from memory, and is not kept.</p>
<form class="scripted" id="upload"><label class="drop" id="drop" for="file"><strong>Choose a CSV file, or drop it here</strong>
<input type="file" id="file" accept=".csv,text/csv" required></label>
<button id="send">Score the file</button></form>
<p role="status" id="status" class="muted"></p>
<div class="faults" id="fault" role="alert" hidden></div>
<section id="results" hidden aria-labelledby="results-title"><h2 id="results-title">How they fall</h2><div id="summary"></div>
<p><a class="button" id="download" download="segments.csv">Download the file with segments</a></p>
<div class="scroll" tabindex="0" role="group" aria-label="first rows" id="preview"></div></section>
<section><h2>Columns</h2><p>All ${features.length} are needed${needed < features.length ? html`; in ${features.length - needed} of them a cell may be empty` : null}. ${id === null ? null : html`The id column is <code>${id}</code>.`} Other columns are carried along.</p>
<div class="scroll" tabindex="0" role="group" aria-label="columns"><table><thead><tr><th scope="col">column</th><th scope="col">kind</th><th scope="col">may be empty</th></tr></thead>
<tbody>${features.map(({ name, kind, mayBeMissing }) => html`<tr><th scope="row"><code>${name}</code></th><td>${kind}</td><td>${mayBeMissing ? "yes" : "no"}</td></tr>`)}</tbody></table></div></section>
<div class="unscripted"><p>Without scripts, send the file yourself:</p><pre><code>curl -H 'content-type: text/csv' --data-binary @customers.csv localhost:8080/predict &gt; segments.csv</code></pre></div>
</div>`;
}
