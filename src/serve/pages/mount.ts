/**
 * Where pages join the service. The form and the API page are ours; a dashboard is given from outside, for `serve`
 * knows nothing of `web`: it gets the model, and answers requests under its own paths with plain responses. The
 * stylesheet is shared: link `/assets/style.css`.
 */
import type { Hono } from "hono";
import { raw } from "hono/html";
import { stylesheet } from "../assets/style.js";
import type { Limits } from "../limits.js";
import type { Metrics } from "../metrics.js";
import { type Problem, problemOf } from "../problem.js";
import { typicalCustomer } from "../reasons.js";
import { respond, respondPage } from "../respond.js";
import type { Service } from "../service.js";
import { docsBody } from "./docs.js";
import { examplesOf } from "./examples.js";
import { fieldText, formBody, readFields } from "./form.js";
import { type Html, type NavEntry, renderPage } from "./layout.js";
import { movesOf } from "./moves.js";

/** What a page from outside gets to work with. */
export interface PageContext {
  readonly service: Service;
  /** A body (already safe HTML) in the frame of our pages, with the navigation; `head` for its styles and scripts. */
  frame(title: string, path: string, body: string, head?: string): Promise<Response>;
}

/** A page from outside, such as the dashboard. */
export interface Page {
  readonly nav: NavEntry;
  /** GET routes: path → answer. A response may bring its own headers, its own content security policy included. */
  routes(context: PageContext): Readonly<Record<string, (request: Request) => Response | Promise<Response>>>;
}

export interface PageOptions {
  readonly service: Service;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly described: Parameters<typeof docsBody>[2];
  /** Others' pages, in the order of the navigation. */
  readonly pages: readonly Page[];
}

/** Add every page to the app; answers the paths it took. */
export function mountPages(app: Hono, options: PageOptions): string[] {
  const { service, limits, metrics, described, pages } = options;
  const { features } = service.model.input;
  const examples = examplesOf(service);
  const typical = typicalCustomer(service.model).map(fieldText);
  const nav: NavEntry[] = [
    { href: "/", title: "Ask" },
    ...pages.map((page) => page.nav),
    { href: "/docs", title: "API" },
  ];
  const frame = async (title: string, path: string, body: Html | Promise<Html>, status = 200) =>
    respondPage(await renderPage({ title, path, nav, modelId: service.id }, body), status);
  const ask = (state: Parameters<typeof formBody>[2], status?: number) =>
    frame("Which segment is this customer in?", "/", formBody(service, examples, state), status);

  app.get("/", (c) => {
    const label = c.req.query("example");
    const example = label === undefined ? undefined : examples.get(Number(label));
    return ask({ values: example ? example.row.map(fieldText) : typical, example });
  });

  app.post("/", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const values = features.map(({ name }) => form.get(name) ?? "");
    let explained: ReturnType<Service["explain"]>;
    try {
      explained = service.explain(readFields(values, features));
    } catch (error) {
      const found: Problem = problemOf(error);
      if (found.status >= 500) throw error;
      return ask({ values, problem: found }, found.status);
    }
    metrics.answer(explained);
    return ask({ values, answer: { explained, moves: await movesOf(service, explained) } });
  });

  app.get("/docs", () => frame("API", "/docs", docsBody(service, limits, described)));
  app.get("/assets/style.css", () =>
    respond(stylesheet, "text/css; charset=utf-8", 200, { "cache-control": "public, max-age=300" }),
  );

  const paths = ["/", "/docs", "/assets/style.css"];
  const context: PageContext = {
    service,
    frame: async (title, path, body, head = "") =>
      respondPage(await renderPage({ title, path, nav, modelId: service.id, head: raw(head) }, raw(body))),
  };
  for (const page of pages) {
    for (const [path, answer] of Object.entries(page.routes(context))) {
      app.get(path, (c) => answer(c.req.raw));
      paths.push(path);
    }
  }
  return paths;
}
