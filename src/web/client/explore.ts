/** Exploring: a choice renews the parts that depend on it, and the address, without another request. */
import type { View } from "../../pipeline/view-schema.js";
import { type FigureId, figureIds, makeFigure } from "../figures.js";
import { colouredBy, figureWords, overlapTable, profileTable, segmentCards, shareBar } from "../parts.js";
import { firstState, formatState, parseState, type State } from "../state.js";
import { dark, draw, narrow, whenPlotly } from "./plotly.js";

/** What each choice changes. */
const figuresOf: Readonly<Record<keyof State, readonly FigureId[]>> = {
  segments: ["pca", "tsne", "snake", "histogram"],
  feature: ["histogram"],
  colour: ["pca", "tsne"],
  show: [],
  linkage: ["tree", "pca", "tsne"],
  k: ["tree", "pca", "tsne"],
};

export async function startExplore(): Promise<void> {
  const [view] = await Promise.all([loadView(), whenPlotly()]);
  let state = parseState(new URLSearchParams(location.search), view);
  const stale = new Set<FigureId>(figureIds);
  const seen = new Set<FigureId>();
  let asked = false;

  /** Draw what is stale and near the screen, one figure after the other: a click is answered before all is drawn. */
  const paint = async () => {
    for (;;) {
      const next = figureIds.find((id) => stale.has(id) && seen.has(id));
      if (next === undefined) break;
      stale.delete(next);
      // One figure that fails is told of, and holds up no other.
      await drawFigure(next, view, state).catch(reportError);
      await new Promise(requestAnimationFrame);
    }
    asked = false;
  };
  const askPaint = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => void paint());
  };
  const redraw = (ids: readonly FigureId[]) => {
    for (const id of ids) stale.add(id);
    askPaint();
  };
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        const id = figureIds.find((candidate) => target.id === `figure-${candidate}`)!;
        if (isIntersecting) seen.add(id);
        else seen.delete(id);
      }
      askPaint();
    },
    { rootMargin: "600px" },
  );
  for (const id of figureIds) {
    const target = document.getElementById(`figure-${id}`);
    if (target) watch.observe(target);
  }

  const change = (next: State) => {
    const before = state;
    state = next;
    const changed = (Object.keys(figuresOf) as (keyof State)[]).filter(
      (key) => String(before[key]) !== String(next[key]),
    );
    if (changed.length === 0) return;
    // The cut colours the maps only where they are asked to show it.
    const ids = changed
      .flatMap((key) => figuresOf[key].map((id) => [key, id] as const))
      .filter(([key, id]) => !((key === "linkage" || key === "k") && id !== "tree" && next.colour !== "tree"))
      .map(([, id]) => id);
    renewParts(changed, view, next);
    redraw(ids);
  };
  const fromForm = () => {
    const form = document.getElementById("controls") as HTMLFormElement;
    const next = parseState(new URLSearchParams(new FormData(form) as unknown as Record<string, string>), view);
    change(next);
    const query = formatState(state, view);
    history.replaceState(null, "", `${location.pathname}${query === "" ? "" : `?${query}`}${location.hash}`);
    toForm(state, view);
  };
  document.addEventListener("input", (event) => {
    if ((event.target as HTMLInputElement).form?.id === "controls") fromForm();
  });
  document.getElementById("controls")!.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("all")!.addEventListener("click", () => {
    toForm({ ...state, segments: firstState(view).segments }, view);
    fromForm();
  });
  window.addEventListener("popstate", () => {
    change(parseState(new URLSearchParams(location.search), view));
    toForm(state, view);
  });
  dark.addEventListener("change", () => redraw(figureIds));
  narrow.addEventListener("change", () => redraw(figureIds));
  // A browser may have kept the form as it was left, while the page was made for its address.
  toForm(state, view);
}

async function loadView(): Promise<View> {
  const response = await fetch("/dashboard/view.json");
  if (!response.ok) throw new Error(`view.json: ${response.status}`);
  return (await response.json()) as View;
}

async function drawFigure(id: FigureId, view: View, state: State): Promise<void> {
  const target = document.getElementById(`figure-${id}`);
  const spec = target && makeFigure(id, view, state, narrow.matches);
  if (!target || !spec) return;
  renew(`words-${id}`, figureWords(spec).source);
  await draw(target, spec);
}

function renewParts(changed: readonly (keyof State)[], view: View, state: State): void {
  const touches = (...keys: (keyof State)[]) => keys.some((key) => changed.includes(key));
  if (touches("segments")) {
    renew("cards", segmentCards(view, state).source);
    renew("shares", shareBar(view, state.segments).source);
  }
  if (touches("segments", "show")) renew("profile", profileTable(view, state).source);
  if (touches("linkage", "k")) renew("overlap", overlapTable(view, state).source);
  if (touches("colour", "linkage", "k")) renew("coloured", colouredBy(state));
}

/** Pieces come from `html`, which escapes what is data. */
function renew(id: string, source: string): void {
  const target = document.getElementById(id);
  if (target) target.innerHTML = source;
}

function toForm(state: State, view: View): void {
  for (const box of document.querySelectorAll<HTMLInputElement>("input[name=segment]")) {
    box.checked = state.segments.includes(Number(box.value));
  }
  for (const name of ["colour", "show"] as const) {
    for (const radio of document.querySelectorAll<HTMLInputElement>(`input[name=${name}]`)) {
      radio.checked = radio.value === state[name];
    }
  }
  (document.getElementById("feature") as HTMLSelectElement).value = state.feature;
  (document.getElementById("linkage") as HTMLSelectElement).value = state.linkage;
  (document.getElementById("k") as HTMLInputElement).value = String(state.k);
  document.getElementById("k-out")!.textContent = String(state.k);
  (document.getElementById("all") as HTMLButtonElement).disabled = state.segments.length === view.segments.length;
}
