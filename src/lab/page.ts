/** The page of the lab: what the user does goes to the engine, what the engine tells is shown. It computes nothing. */
import { buildReport } from "../report/build.js";
import type { SweepEvent } from "../sweep/events.js";
import type { Ask, LabFile, Problem, Tell } from "./messages.js";

/** Cells beyond which a table is for the command line: the page would hold several copies of it. */
export const MOST_CELLS = 20_000_000;

export function startPage(startEngine: () => Worker): void {
  const bundled = JSON.parse(at("bundled").textContent) as Readonly<Record<string, string>>;
  const plotly = at("plotly").textContent;
  const yaml = at<HTMLTextAreaElement>("yaml");
  const run = at<HTMLButtonElement>("run");
  const stop = at<HTMLButtonElement>("stop");
  const status = at("status");
  const progress = at<HTMLProgressElement>("progress");
  let file: LabFile | undefined;
  let model: string | undefined;
  /** An experiment that comes with the page takes the place of the proposal. */
  let given: string | undefined;
  let urls: string[] = [];
  let engine = begin();

  function begin(): Worker {
    const worker = startEngine();
    worker.onmessage = ({ data }: MessageEvent<Tell>) => hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      // Out of memory, as a rule: what was finished in it is gone with it, the page and its fields are not.
      worker.terminate();
      engine = begin();
      idle();
      say("yaml-problems", [
        { text: `✘ the engine stopped: ${event.message}\n  ✎ run fewer trials or fewer rows`, ours: true },
      ]);
    };
    return worker;
  }

  const ask = (message: Ask) => engine.postMessage(message);

  function hear(message: Tell): void {
    if (message.tell === "looked") showTable(message);
    else if (message.tell === "event") showEvent(message.event);
    else if (message.tell === "finished") showResult(message);
    else if (message.tell === "scored") showScored(message);
    else if (message.tell === "stopped") {
      idle();
      status.textContent = "Stopped. What was finished is kept: Run goes on from there.";
    } else if (message.tell === "wrong") {
      if (message.during === "run") idle();
      say(
        { look: "table-problems", score: "score-problems" }[message.during as string] ?? "yaml-problems",
        message.problems,
      );
    }
  }

  function open(chosen: LabFile, experiment?: string): void {
    file = chosen;
    given = experiment;
    say("table-problems", []);
    for (const id of ["columns", "experiment", "result", "score"]) at(id).hidden = true;
    at("table-said").textContent = "";
    status.textContent = "";
    ask({ ask: "look", file: chosen });
  }

  function showTable({ rows, columns, proposal }: Tell & { tell: "looked" }): void {
    at("table-said").textContent = `${file!.path}: ${rows} rows, ${columns.length} columns.`;
    at("column-rows").replaceChildren(
      ...columns.map(({ name, kind, missing, distinct, content, skew }) => {
        const row = document.createElement("tr");
        const cells = [name, kind, missing || "", distinct, content, skew === null ? "" : skew.toFixed(1)];
        row.append(...cells.map((cell) => element("td", String(cell))));
        return row;
      }),
    );
    yaml.value = given ?? proposal;
    for (const id of ["columns", "experiment"]) at(id).hidden = false;
    if (rows * columns.length > MOST_CELLS)
      say("table-problems", [
        {
          text: `✘ ${rows} rows × ${columns.length} columns are more than a page should hold (${MOST_CELLS} cells)\n  ✎ run the whole with the command line: npx segmenta init ${file!.path}`,
          ours: false,
        },
      ]);
  }

  function start(): void {
    if (!file) return;
    say("yaml-problems", []);
    run.disabled = true;
    stop.disabled = false;
    progress.hidden = false;
    progress.removeAttribute("value");
    status.textContent = "Starting …";
    at("remarks").replaceChildren();
    at("result").hidden = true;
    at("score").hidden = true;
    const domain = bundled["experiments/credit-cards.domain.yaml"] ?? null;
    ask({ ask: "run", file, experiment: yaml.value, domain, jobs: navigator.hardwareConcurrency });
  }

  function idle(): void {
    run.disabled = false;
    stop.disabled = true;
    progress.hidden = true;
    status.textContent = "";
  }

  function showEvent(event: SweepEvent): void {
    const said = inWords(event);
    if (event.type === "note")
      remark(`${event.space}: ${event.note.message}${event.note.hint ? `; ${event.note.hint}` : ""}`);
    if (event.type === "failed")
      remark(`${event.algorithm} ${event.params} has no answer (${event.reason}): ${event.message}`);
    if (said !== undefined) status.textContent = said;
    if (event.type !== "fit" && event.type !== "score" && event.type !== "evidence") return;
    progress.max = Math.max(1, event.total);
    progress.value = event.done;
  }

  function remark(text: string): void {
    at("remarks").append(element("li", text));
  }

  function showResult({ files, report, headline }: Tell & { tell: "finished" }): void {
    idle();
    status.textContent = "Done.";
    at("headline").textContent = headline;
    const page = buildReport({ ...report, plotly });
    at<HTMLIFrameElement>("report").srcdoc = page;
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
    const all = new Map([["experiment.yaml", yaml.value], ...files, ["report.html", page]]);
    at("downloads").replaceChildren(
      ...[...all].map(([name, text]) => {
        const item = document.createElement("li");
        item.append(download(name, text));
        return item;
      }),
    );
    model = files.get("model.json");
    at("result").hidden = false;
    at("score").hidden = model === undefined;
    at("headline").focus();
  }

  function showScored({ csv, rows, counts, notes }: Tell & { tell: "scored" }): void {
    const list = document.createElement("ul");
    for (const [name, count] of counts) list.append(element("li", `${name}: ${count}`));
    at("scored").replaceChildren(
      element("p", `${rows} rows have their segment.`),
      list,
      ...notes.map((note) => element("p", note)),
      download("segments.csv", csv),
    );
  }

  function download(name: string, text: string): HTMLAnchorElement {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text]));
    urls.push(link.href);
    link.download = name;
    link.textContent = name;
    return link;
  }

  async function read(chosen: File | undefined, then: (file: LabFile) => void, problems: string): Promise<void> {
    if (!chosen) return;
    try {
      then({ path: chosen.name, bytes: new Uint8Array(await chosen.arrayBuffer()) });
    } catch (error) {
      const { message } = error as Error;
      say(problems, [{ text: `✘ cannot read "${chosen.name}": ${message}\n  ✎ choose it once more`, ours: false }]);
    }
  }

  const choose = at<HTMLInputElement>("file");
  choose.addEventListener("change", () => void read(choose.files?.[0], open, "table-problems"));
  const drop = at("drop");
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    void read(event.dataTransfer?.files[0], open, "table-problems");
  });
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-bundled]")) {
    button.addEventListener("click", () => {
      const path = "experiments/data/credit-cards.csv";
      const bytes = new TextEncoder().encode(bundled[path]);
      open({ path, bytes }, bundled[`experiments/${button.dataset["bundled"]}.yaml`]);
    });
  }
  run.addEventListener("click", start);
  stop.addEventListener("click", () => ask({ ask: "stop" }));
  const other = at<HTMLInputElement>("score-file");
  other.addEventListener("change", () => {
    at("scored").replaceChildren();
    say("score-problems", []);
    void read(other.files?.[0], (chosen) => ask({ ask: "score", file: chosen, model: model! }), "score-problems");
  });
}

/** What a run is doing, in a line. */
function inWords(event: SweepEvent): string | undefined {
  if (event.type === "plan") return `${event.trials} trials, ${event.cached} of them done before`;
  if (event.type === "fit") return `Fitting: ${event.done} of ${event.total} (${event.algorithm})`;
  if (event.type === "score") return `Scoring: ${event.done} of ${event.total} (${event.metric})`;
  if (event.type === "evidence") return `Evidence: ${event.done} of ${event.total} (${event.stage})`;
  if (event.type === "select") return "Choosing …";
  if (event.type === "done") return "Describing the segments …";
  return undefined;
}

function say(place: string, problems: readonly Problem[]): void {
  at(place).replaceChildren(
    ...problems.map(({ text }) => {
      const said = element("p", text);
      said.className = "flag problem";
      return said;
    }),
  );
}

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** An element that the page is written with. */
function at<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}
