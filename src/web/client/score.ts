/** Scoring a file: it is sent as it is, and comes back with its segments. */
import { type Html, html } from "../../core/html.js";
import { percent, readable } from "../../core/words.js";
import { badge, bar } from "../parts.js";
import { appendColumns, splitRecords } from "./csv.js";

interface Scored {
  readonly rows: readonly {
    readonly segment: number;
    readonly name: string;
    readonly margin: number | null;
    readonly outOfRange: readonly string[];
  }[];
  readonly drift: { readonly enough: boolean; readonly drifted: readonly string[] };
  readonly ignored?: readonly string[];
}

interface Problem {
  readonly detail?: string;
  readonly where?: string;
  readonly mend?: string;
}

interface Segment {
  readonly label: number;
  readonly name: string;
  readonly share: number;
}

const columns = ["segment", "segment_name", "margin", "out_of_range"];
/** Rows of the preview. */
const shown = 8;

const element = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;

export function startScore(): void {
  const file = element<HTMLInputElement>("file");
  const drop = element("drop");
  element("upload").addEventListener("submit", (event) => {
    event.preventDefault();
    const [chosen] = file.files ?? [];
    if (chosen) void score(chosen);
  });
  for (const kind of ["dragover", "dragleave", "drop"] as const) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      const files = (event as DragEvent).dataTransfer?.files;
      if (kind === "drop" && files?.[0]) {
        file.files = files;
        void score(files[0]);
      }
    });
  }
}

async function score(file: File): Promise<void> {
  const send = element<HTMLButtonElement>("send");
  element("fault").hidden = true;
  element("results").hidden = true;
  send.disabled = true;
  say(`Scoring ${file.name} …`);
  try {
    const [response, known] = await Promise.all([
      fetch("/predict", {
        method: "POST",
        headers: { "content-type": "text/csv", accept: "application/json" },
        body: file,
      }),
      fetch("/segments").then((answer) => answer.json() as Promise<Segment[]>),
    ]);
    if (!response.ok) return fail((await response.json().catch(() => ({}))) as Problem);
    show(file, (await response.json()) as Scored, known, splitRecords(await file.text()));
  } catch (error) {
    fail({ detail: `the service could not be reached: ${(error as Error).message}`, mend: "is it still running?" });
  } finally {
    send.disabled = false;
  }
}

function show(
  file: File,
  { rows, drift, ignored }: Scored,
  known: readonly Segment[],
  records: readonly string[],
): void {
  if (records.length !== rows.length + 1) {
    fail({ detail: `the file has ${records.length - 1} rows, but ${rows.length} were answered` });
    return;
  }
  const cells = rows.map(({ segment, name, margin, outOfRange }) => [segment, name, margin, outOfRange.join("; ")]);
  const blob = new Blob([appendColumns(records, columns, cells)], { type: "text/csv" });
  const link = element<HTMLAnchorElement>("download");
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(blob);
  link.download = file.name.replace(/(\.csv)?$/i, "-segments.csv");

  const outside = rows.filter(({ outOfRange }) => outOfRange.length > 0).length;
  const labels = [
    ...known,
    ...(rows.some(({ segment }) => segment < 0) ? [{ label: -1, name: "no segment", share: 0 }] : []),
  ];
  element("summary").innerHTML = html`${note(drift, outside, rows.length)}
<div class="scroll"><table class="results"><thead><tr><th scope="col">segment</th><th scope="col">customers</th><th scope="col">share here</th><th scope="col">in training</th><th scope="col"><span class="visually-hidden">bar</span></th></tr></thead><tbody>${labels.map(
    ({ label, name, share }) => {
      const count = rows.filter(({ segment }) => segment === label).length;
      return html`<tr><th scope="row">${badge(label)}${name}</th><td>${readable(count, 12)}</td><td>${percent(count / rows.length)}</td><td>${percent(share)}</td><td>${bar(count / rows.length, label)}</td></tr>`;
    },
  )}</tbody></table></div>${(ignored ?? []).length > 0 ? html`<p class="muted">Columns the model does not use: ${ignored!.join(", ")}.</p>` : null}`.source;
  element("preview").innerHTML = preview(rows).source;
  element("results").hidden = false;
  say(`${readable(rows.length, 12)} customers scored.`);
}

function note({ enough, drifted }: Scored["drift"], outside: number, total: number): Html {
  return html`${enough && drifted.length > 0 ? html`<p class="warning">These customers differ from those the model was made of in ${drifted.join(", ")}; its segments may fit them less well.</p>` : null}${
    outside > 0
      ? html`<p>${readable(outside, 12)} of ${readable(total, 12)} have a value outside the range the model was made on.</p>`
      : null
  }`;
}

function preview(rows: Scored["rows"]): Html {
  return html`<table class="results"><caption>The first ${Math.min(shown, rows.length)} rows</caption><thead><tr><th scope="col">row</th><th scope="col">segment</th><th scope="col">margin</th></tr></thead><tbody>${rows
    .slice(0, shown)
    .map(
      ({ segment, name, margin }, i) =>
        html`<tr><td>${i + 1}</td><td>${badge(segment)} ${name}</td><td>${readable(margin)}</td></tr>`,
    )}</tbody></table>`;
}

function fail({ detail, where, mend }: Problem): void {
  const fault = element("fault");
  fault.innerHTML =
    html`<strong>${detail ?? "the service answered with an error"}</strong>${where ? html`<br>${where}` : null}${mend ? html`<br>${mend}` : null}`.source;
  fault.hidden = false;
  say("");
}

function say(text: string): void {
  element("status").textContent = text;
}
