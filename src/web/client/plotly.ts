/** Draws figures with Plotly, which the page loads as a script of its own. */
import { type FigureSpec, type Layout, themed } from "../../figures/spec.js";

interface Plotly {
  react(target: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
}

declare global {
  interface Window {
    readonly Plotly?: Plotly;
  }
}

export const dark = window.matchMedia("(prefers-color-scheme: dark)");
export const narrow = window.matchMedia("(max-width: 40rem)");

const config = {
  responsive: true,
  displaylogo: false,
  displayModeBar: false,
  scrollZoom: false,
};

/** What of a spec's height its title takes; here the title is a heading above the figure. */
const titleHeight = 74;

/** Draw, or draw anew, in the colours of the page. */
export async function draw(target: HTMLElement, spec: FigureSpec): Promise<void> {
  const { Plotly } = window;
  if (!Plotly) return;
  const { data, layout } = themed(spec, dark.matches ? "dark" : "light");
  const height = Number(layout["height"]) - titleHeight;
  target.style.height = `${height}px`;
  target.setAttribute("aria-label", spec.alt);
  for (const strut of target.querySelectorAll(".strut")) strut.remove();
  // Plotly writes into what it is given.
  await Plotly.react(target, structuredClone(data), structuredClone(bare(layout, height)), config);
}

function bare(layout: Layout, height: number): Record<string, unknown> {
  const { title: _, margin, ...rest } = layout;
  return {
    ...rest,
    height,
    margin: { ...(margin as object), t: 88 - titleHeight },
    dragmode: narrow.matches ? false : "zoom",
    transition: { duration: 0 },
  };
}

/** Resolves when Plotly is there: it is deferred, as this module is, but may come after it. */
export function whenPlotly(): Promise<void> {
  if (window.Plotly) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.querySelector<HTMLScriptElement>("script[src$='/plotly.js']");
    if (!script) return reject(new Error("the page has no Plotly"));
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error("Plotly could not be loaded")));
    if (window.Plotly) resolve();
  });
}
