/** From the messages a cell publishes to the outputs that are kept: merged, updated in place, small. */
import { isObject, type MimeBundle, type Output } from "./nbformat.js";
import type { Message } from "./wire.js";

/** Metadata of an output that carries the plotting library for live figures: 1.5 MB that no file should keep. */
export const libraryMark = { segmenta: { library: true } } as const;

export interface KeepOptions {
  /** Keep the plotting library, so that an HTML page made from the notebook has live figures. */
  readonly keepLibrary: boolean;
  /** An output larger than this is cut (text) or left out (anything else), with a line that says so. */
  readonly maxOutputBytes: number;
}

export interface Collector {
  hear(message: Message): void;
  /** The outputs so far, as they go into the file. */
  outputs(options: KeepOptions): Output[];
}

/** Gathers what one cell publishes. Displays with an id can be updated while it runs. */
export function collectOutputs(): Collector {
  const kept: { output: Output; display: string | undefined }[] = [];
  return {
    hear({ header, content }) {
      const data = (isObject(content["data"]) ? content["data"] : {}) as MimeBundle;
      const metadata = (isObject(content["metadata"]) ? content["metadata"] : {}) as MimeBundle;
      const transient = isObject(content["transient"]) ? content["transient"]["display_id"] : undefined;
      const display = typeof transient === "string" ? transient : undefined;
      switch (header.msg_type) {
        case "stream": {
          const name = String(content["name"]);
          const text = String(content["text"]);
          const last = kept.at(-1);
          if (last?.output.output_type === "stream" && last.output.name === name) {
            last.output = { ...last.output, text: last.output.text + text };
          } else {
            kept.push({ output: { output_type: "stream", name, text }, display: undefined });
          }
          return;
        }
        case "display_data":
          kept.push({ output: { output_type: "display_data", data, metadata }, display });
          return;
        case "execute_result": {
          const count = content["execution_count"] as number;
          kept.push({ output: { output_type: "execute_result", data, metadata, execution_count: count }, display });
          return;
        }
        case "update_display_data":
          for (const item of kept) {
            if (display === undefined || item.display !== display) continue;
            item.output = { ...item.output, data, metadata } as Output;
          }
          return;
        case "error": {
          const { ename, evalue, traceback } = content as { ename: string; evalue: string; traceback: string[] };
          kept.push({ output: { output_type: "error", ename, evalue, traceback }, display: undefined });
          return;
        }
      }
    },
    outputs: (options) =>
      kept
        .map((item) => item.output)
        .filter((output) => options.keepLibrary || !isLibrary(output))
        .map((output) => (isLibrary(output) ? output : sizeKept(output, options.maxOutputBytes))),
  };
}

function isLibrary(output: Output): boolean {
  if (output.output_type !== "display_data") return false;
  const mark = output.metadata["segmenta"];
  return isObject(mark) && mark["library"] === true;
}

function sizeKept(output: Output, limit: number): Output {
  const bytes = Buffer.byteLength(JSON.stringify(output));
  if (bytes <= limit || output.output_type === "error") return output;
  const note = `of ${readableBytes(bytes)} of output, more than the ${readableBytes(limit)} a notebook keeps`;
  if (output.output_type === "stream") {
    const start = output.text.slice(0, limit);
    return { ...output, text: `${start.slice(0, start.lastIndexOf("\n") + 1)}[the start ${note}]\n` };
  }
  return { ...output, data: { "text/plain": `[left out: a display ${note}]` }, metadata: {} };
}

function readableBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
