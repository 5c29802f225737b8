/** The frame of every page. Whatever comes from a model or a request passes through `html`, which escapes it. */
import { html } from "hono/html";

/** What `html` makes: text that is known to be safe. */
export type Html = ReturnType<typeof html>;

export interface NavEntry {
  readonly href: string;
  readonly title: string;
}

export interface Frame {
  readonly title: string;
  readonly modelId: string;
  readonly nav: readonly NavEntry[];
  /** The path of this page, to mark it in the navigation. */
  readonly path: string;
  /** What else stands in the head: stylesheets and scripts of this page. */
  readonly head?: Html | Promise<Html> | undefined;
}

export async function renderPage(
  { title, modelId, nav, path, head }: Frame,
  body: Html | Promise<Html>,
): Promise<string> {
  const entry = ({ href, title: text }: NavEntry) =>
    html`<li><a href="${href}"${href === path ? html` aria-current="page"` : ""}>${text}</a></li>`;
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/style.css">
${(await head) ?? ""}</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><p>Segmenta</p><nav aria-label="pages"><ul>${nav.map(entry)}</ul></nav></header>
<main id="main">
${await body}
</main>
<footer>Model <code>${modelId}</code>. An answer is what this model makes of the values given: a description, not a forecast.</footer>
</body>
</html>
`;
  return String(page);
}
