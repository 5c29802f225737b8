/** One way out for everything a cell shows: to the page when a notebook kernel runs us, else as text. */

import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

export interface Bundle {
  /** What a terminal, or a page that knows nothing else, shows. */
  readonly "text/plain": string;
  readonly [mime: string]: unknown;
}

type WriteDisplay = (message: { data: object; metadata: object; transient: object }, update: boolean) => void;

const require = createRequire(import.meta.url);

/** Is a notebook kernel running this? tslab marks its process so. */
export function inNotebook(): boolean {
  return "__tslab__" in globalThis;
}

/** Show something in several forms; a page takes the richest it can. */
export function display(bundle: Bundle, metadata: object = {}): void {
  send(bundle, metadata, undefined, false);
}

/** A place in the page whose content can be replaced. The first `show` makes it. */
export function liveDisplay(): { show(bundle: Bundle): void } {
  const id = randomUUID();
  let made = false;
  return {
    show(bundle) {
      send(bundle, {}, id, made);
      made = true;
    },
  };
}

function send(bundle: Bundle, metadata: object, id: string | undefined, update: boolean): void {
  if (!inNotebook()) {
    if (bundle["text/plain"]) console.log(bundle["text/plain"]);
    return;
  }
  // tslab's public `display` sends one form at a time; the function behind it takes a bundle.
  const { lastWriteDisplayData: write } = require("tslab/dist/jupyter.js") as { lastWriteDisplayData: WriteDisplay };
  write({ data: bundle, metadata, transient: id === undefined ? {} : { display_id: id } }, update);
}
