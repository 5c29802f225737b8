/** The dashboard's routes, in the shape the service takes pages in. */
import { createHash } from "node:crypto";
import type { Html } from "../core/html.js";
import { html } from "../core/html.js";
import { type Model, serializeView, type View } from "../pipeline/index.js";
import { gatherAssets, type ReadModule } from "./assets.js";
import { comparePage } from "./compare-page.js";
import type { ExperimentRecord } from "./experiments.js";
import { explorePage, modelPage } from "./explore-page.js";
import { scorePage } from "./score-page.js";
import { parseState } from "./state.js";

/** What a service gives to the pages of others; `serve` has the same shape. */
export interface PageContext {
  readonly service: { readonly model: Model };
  frame(title: string, path: string, body: string, head?: string): Promise<Response>;
}

type Answer = (request: Request) => Response | Promise<Response>;

export interface Page {
  readonly nav: { readonly href: string; readonly title: string };
  routes(context: PageContext): Readonly<Record<string, Answer>>;
}

export interface DashboardOptions {
  /** Of this very model; null where there is none: then only what the model tells is shown. */
  readonly view: View | null;
  /** Results to set beside each other. */
  readonly experiments?: readonly ExperimentRecord[];
  /** Where the compiled modules of the script come from; by default the build. */
  readonly readModule?: ReadModule;
}

const base = "/dashboard";

/** Explore, score a file, compare experiments. */
export function dashboardPages({ view, experiments = [], readModule }: DashboardOptions): Page[] {
  const assets = gatherAssets(base, readModule);
  /** In the head, so that nothing is shown before its style is there; scripts wait for the page by themselves. */
  const head = (more: Html | null = null) =>
    html`<link rel="stylesheet" href="${assets.style}"><noscript><link rel="stylesheet" href="${assets.noScript}"></noscript>${more}
${assets.modules.slice(1).map((path) => html`<link rel="modulepreload" href="${path}">`)}
<script type="module" src="${assets.modules[0]!}"></script>
`.source;
  const explore: Page = {
    nav: { href: base, title: "Dashboard" },
    routes: ({ service, frame }) => ({
      [base]: (request) => {
        const title = `${service.model.name}: segments`;
        const stale = view !== null && view.model !== service.model.hash;
        if (view === null || stale) {
          const why = stale
            ? "The view beside this model is of another model, so there are no pictures. Run the experiment again to write both."
            : "There is no view.json beside this model, so there are no pictures. Run the experiment again to write it.";
          return frame(title, base, modelPage(service.model, why).source, head());
        }
        const state = parseState(new URL(request.url).searchParams, view);
        const plotly = html`<script defer src="${assets.plotly}"></script><link rel="preload" as="fetch" crossorigin="anonymous" href="${base}/view.json">`;
        return drawable(frame(title, base, explorePage(view, state).source, head(plotly)));
      },
      ...(view === null ? {} : { [`${base}/view.json`]: viewRoute(view) }),
      ...assets.routes,
    }),
  };
  const score: Page = {
    nav: { href: `${base}/score`, title: "Score a file" },
    routes: ({ service, frame }) => ({
      [`${base}/score`]: () => frame("Score a file", `${base}/score`, scorePage(service.model).source, head()),
    }),
  };
  const compare: Page = {
    nav: { href: `${base}/compare`, title: "Compare" },
    routes: ({ frame }) => ({
      [`${base}/compare`]: () =>
        frame("Compare experiments", `${base}/compare`, comparePage(experiments).source, head()),
    }),
  };
  return experiments.length > 0 ? [explore, score, compare] : [explore, score];
}

/**
 * Plotly makes one empty style element, whose rules it then inserts, and gives words style attributes. Both are
 * allowed on the page that draws; scripts are as strict as everywhere.
 */
async function drawable(framed: Promise<Response>): Promise<Response> {
  const response = await framed;
  const policy = response.headers.get("content-security-policy");
  if (policy === null) return response;
  const empty = createHash("sha256").update("").digest("base64");
  const styles = `style-src 'self' 'sha256-${empty}'; style-src-attr 'unsafe-inline'`;
  const out = new Response(response.body, response);
  out.headers.set("content-security-policy", policy.replace(/style-src [^;]*/, styles));
  return out;
}

function viewRoute(view: View): Answer {
  const text = serializeView(view);
  const tag = `"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"`;
  return (request) => {
    const headers = { "content-type": "application/json; charset=utf-8", "cache-control": "no-cache", etag: tag };
    if (request.headers.get("if-none-match") === tag) return new Response(null, { status: 304, headers });
    return new Response(text, { headers });
  };
}
