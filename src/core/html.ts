/** HTML without surprises: what comes from data is always text. */

/** Text that stands for itself in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A trusted piece of HTML. */
export class Html {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

type Piece = string | number | Html | null | readonly Piece[];

/**
 * A template whose holes are escaped, unless they hold `Html`; null leaves nothing, a list is joined.
 *
 * @example html`<b>${"1 < 2"}</b>`.source; // "<b>1 &lt; 2</b>"
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(strings.map((text, i) => (i === 0 ? text : render(pieces[i - 1] ?? null) + text)).join(""));
}

function render(piece: Piece): string {
  if (piece === null) return "";
  if (piece instanceof Html) return piece.source;
  if (typeof piece === "string" || typeof piece === "number") return escapeHtml(String(piece));
  return piece.map(render).join("");
}

/** Names of columns may break after an underscore, and nowhere else. */
export function breakable(text: string): Html {
  return html`${text.split("_").map((part, i) => (i === 0 ? part : html`_<wbr>${part}`))}`;
}

/** JSON that can stand in a script element: no `<`, and none of the two line ends that older scripts trip over. */
export function scriptJson(value: unknown): Html {
  const text = JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  return new Html(text);
}
