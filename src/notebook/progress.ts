/** How far a long piece of work is, in one place of the page; what stays when it is done holds no times. */
import { liveDisplay } from "./display.js";
import { escapeHtml } from "./html-table.js";

export interface Progress {
  /** @param note - what is being done, such as "kmeans k=6" */
  update(done: number, total: number, note?: string): void;
  /** The last words: "40 done, 2 failed". */
  finish(words: string): void;
}

/**
 * A line in the page that says how far something is.
 *
 * @example
 * const bar = progress("sweep");
 * for (const [i, k] of [2, 3, 4].entries()) bar.update(i, 3, `kmeans k=${k}`);
 * bar.finish("40 done, 2 failed");
 */
export function progress(title: string): Progress {
  const place = liveDisplay();
  let last = Number.NEGATIVE_INFINITY;
  const say = (text: string, bar: string) => {
    place.show({
      "text/plain": `${title}: ${text}`,
      "text/html": `<div>${escapeHtml(title)}: ${bar}${escapeHtml(text)}</div>`,
    });
  };
  return {
    update(done, total, note) {
      // Ten times a second is enough for the eye; the end is always shown.
      const now = performance.now();
      if (now - last < 100 && done < total) return;
      last = now;
      const text = `${done} of ${total}${note ? `, ${note}` : ""}`;
      say(text, `<progress max="${total}" value="${done}" style="vertical-align:middle"></progress> `);
    },
    finish: (words) => say(words, ""),
  };
}
