/** The lab's page as text: one file that asks the network for nothing. */
import { Html, html } from "../core/html.js";
import { style as shared } from "../report/style.js";

export interface LabParts {
  /** The bundle of `main.ts`. */
  readonly code: string;
  /** Plotly, which only the frame of the report runs. */
  readonly plotly: string;
  /** The script of a report: it runs in a frame that is under this page's policy. */
  readonly reportScript: string;
  /** Base64 of the SHA-256 of a script's text, as a policy names it. */
  hash(script: string): string;
  /** Files that come with the page, by path. */
  readonly bundled: Readonly<Record<string, string>>;
}

/** Scripts by their hashes alone, workers from the page itself, and not one connection. */
export function labPolicy({ code, plotly, reportScript, hash }: LabParts): string {
  const scripts = [inScript(code), inScript(plotly), reportScript].map((text) => `'sha256-${hash(text)}'`);
  return [
    "default-src 'none'",
    `script-src ${scripts.join(" ")} 'wasm-unsafe-eval'`,
    "worker-src blob:",
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** A text that may stand between script tags. */
export const inScript = (text: string): string => text.replaceAll("</script", "<\\/script");

export function labDocument(parts: LabParts): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${labPolicy(parts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Segmenta lab: find customer segments you can defend</title>
<style>${new Html(shared + own)}</style>
</head>
<body>
<header>
<h1>Segmenta lab</h1>
<p class="answer">Find customer segments you can defend</p>
<p class="question">Your table stays in this page: it is read, clustered and scored here, and nothing is sent anywhere.</p>
</header>
<main>
<noscript><p class="flag">The lab needs scripts; without them, use the command line: <code>npx segmenta run</code>.</p></noscript>
<section aria-labelledby="h-table">
<h2 id="h-table">1. Table</h2>
<div class="drop" id="drop">
<label for="file">Choose a table, or drop it here <span class="small">(CSV, TSV or JSON, a row for each customer)</span></label>
<input type="file" id="file" accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson">
</div>
<p>Or take the bundled customers (8,950 made-up holders of credit cards):
<button type="button" class="quiet" data-bundled="credit-cards-classic">the classic reading</button>
<button type="button" class="quiet" data-bundled="credit-cards">the reading to defend</button></p>
<div id="table-problems" role="alert"></div>
<div id="columns" hidden>
<p id="table-said"></p>
<div class="scroll tall" tabindex="0" role="group" aria-label="columns"><table><caption class="small">How each column is read</caption>
<thead><tr><th scope="col">column</th><th scope="col">kind</th><th scope="col">missing</th><th scope="col">distinct</th><th scope="col">least … middle … most</th><th scope="col">skew</th></tr></thead>
<tbody id="column-rows"></tbody></table></div>
</div>
</section>
<section id="experiment" aria-labelledby="h-experiment" hidden>
<h2 id="h-experiment">2. Experiment</h2>
<p>What will be tried and how the answer is chosen, as <code>segmenta init</code> proposes it. Change what you know better.</p>
<label for="yaml">The experiment, as YAML</label>
<textarea id="yaml" rows="24" spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby="yaml-problems"></textarea>
<div id="yaml-problems" role="alert"></div>
<p class="actions"><button type="button" id="run">Run</button> <button type="button" class="quiet" id="stop" disabled>Stop</button></p>
<p id="status" role="status"></p>
<progress id="progress" max="1" value="0" aria-label="progress of the run" hidden></progress>
<ul id="remarks" class="small"></ul>
</section>
<section id="result" aria-labelledby="h-result" hidden>
<h2 id="h-result">3. Answer</h2>
<p class="answer" id="headline" tabindex="-1"></p>
<h3>Download</h3>
<ul id="downloads" class="downloads"></ul>
<iframe id="report" title="report: decision, segments, candidates and figures" sandbox="allow-scripts"></iframe>
</section>
<section id="score" aria-labelledby="h-score" hidden>
<h2 id="h-score">4. Score other customers</h2>
<label for="score-file">A table with the same columns</label>
<input type="file" id="score-file" accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson">
<div id="score-problems" role="alert"></div>
<div id="scored" role="status"></div>
</section>
</main>
<footer>Made by Segmenta. This page is complete: it asks the network for nothing.</footer>
<script type="text/plain" id="plotly">${new Html(inScript(parts.plotly))}</script>
<script type="application/json" id="bundled">${new Html(JSON.stringify(parts.bundled).replaceAll("<", "\\u003c"))}</script>
<script>${new Html(inScript(parts.code))}</script>
</body>
</html>
`;
  return page.source;
}

const own = `
label{font-weight:600}
input[type=file]{display:block;margin:8px 0;max-width:100%;font:inherit;color:inherit}
.drop{border:2px dashed var(--axis);border-radius:6px;padding:16px 18px}
.drop.over{border-color:var(--accent);background:var(--soft)}
button{font:inherit;font-weight:600;border:1px solid var(--ink);border-radius:6px;background:var(--ink);color:var(--paper);padding:6px 16px;cursor:pointer}
th button{border:0;padding:0;background:none;color:inherit}
button.quiet{background:var(--paper);color:var(--ink);border-color:var(--axis);font-weight:500}
button:disabled{opacity:.45;cursor:default}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
textarea{display:block;width:100%;margin:6px 0;padding:10px 12px;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--ink);background:var(--soft);border:1px solid var(--axis);border-radius:6px;resize:vertical;white-space:pre;overflow:auto}
.problem{white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:8px 0}
progress{width:100%;height:10px;accent-color:var(--accent)}
.downloads{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:8px 18px}
.downloads a,#scored a{color:inherit}
iframe{width:100%;height:85vh;border:1px solid var(--grid);border-radius:6px;margin-top:12px;background:var(--paper)}
#result .answer{font-size:24px}
`;
