/**
 * Notebook files, format 4.5: reading with words about what is wrong, writing so that git shows only what changed.
 *
 * @see https://nbformat.readthedocs.io/en/latest/format_description.html
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../core/errors.js";

export type MimeBundle = Readonly<Record<string, unknown>>;

export type Output =
  | { readonly output_type: "stream"; readonly name: string; readonly text: string }
  | {
      readonly output_type: "display_data" | "execute_result";
      readonly data: MimeBundle;
      readonly metadata: MimeBundle;
      readonly execution_count?: number | null;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly id: string;
  readonly source: string;
  readonly metadata: { readonly tags?: readonly string[]; readonly [key: string]: unknown };
  /** Of a code cell. */
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
  /** Of a markdown or raw cell: images pasted into it. */
  readonly attachments?: unknown;
}

export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function hasTag(cell: Cell, tag: string): boolean {
  return cell.metadata.tags?.includes(tag) ?? false;
}

/**
 * Read a notebook. Text kept as lists of lines is joined; cells without an id are given one.
 *
 * @throws UserError `NOT_READABLE`, `BAD_JSON` with the line, or `BAD_USAGE` for a file that is no TypeScript notebook
 */
export async function readNotebook(file: string): Promise<Notebook> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new UserError(missing ? "NOT_FOUND" : "NOT_READABLE", {
      what: missing ? `there is no notebook "${file}"` : `"${file}" cannot be read`,
      mend: "give the path of an .ipynb file",
      cause,
    });
  }
  return parseNotebook(text, file);
}

/** @throws UserError `BAD_JSON`, `BAD_USAGE` */
export function parseNotebook(text: string, file: string): Notebook {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    const conflict = /^<{7} /m.test(text) ? "; it holds the marks of a merge conflict" : "";
    throw new UserError("BAD_JSON", {
      what: `not valid JSON: ${(cause as Error).message.split("\n")[0]}${conflict}`,
      where: file,
      mend: "restore the file (git checkout), or mend it by hand",
      cause,
    });
  }
  if (!isObject(raw) || !Array.isArray(raw["cells"])) {
    throw new UserError("BAD_USAGE", {
      what: isObject(raw) && "worksheets" in raw ? "a notebook of format 3 or older" : "JSON, but not a notebook",
      where: file,
      mend: "jupyter nbconvert --to notebook --nbformat 4 brings old notebooks up to date",
    });
  }
  const metadata = isObject(raw["metadata"]) ? raw["metadata"] : {};
  refuseOtherLanguages(metadata, file);
  const taken = new Set<string>();
  const cells = (raw["cells"] as unknown[]).map((cell, index) => readCell(cell, index, taken, file));
  return { cells, metadata };
}

function refuseOtherLanguages(metadata: Record<string, unknown>, file: string): void {
  const language = nameOf(metadata["language_info"], "name") ?? nameOf(metadata["kernelspec"], "language");
  if (language === undefined || language === "typescript") return;
  throw new UserError("BAD_USAGE", {
    what: `a ${language} notebook; only TypeScript notebooks run here`,
    where: file,
    mend: "open it with its own kernel (jupyter lab), or choose the kernel “TypeScript (Segmenta)” for it",
  });
}

function readCell(raw: unknown, index: number, taken: Set<string>, file: string): Cell {
  const kind = isObject(raw) ? raw["cell_type"] : undefined;
  if (!isObject(raw) || (kind !== "code" && kind !== "markdown" && kind !== "raw")) {
    throw new UserError("BAD_USAGE", {
      what: `cell ${index + 1} has no known cell_type (${JSON.stringify(kind)})`,
      where: file,
      mend: "remove the cell, or save the notebook again from Jupyter",
    });
  }
  let id = typeof raw["id"] === "string" ? raw["id"] : `cell-${index + 1}`;
  while (taken.has(id)) id = `${id}-again`;
  taken.add(id);
  const metadata = (isObject(raw["metadata"]) ? raw["metadata"] : {}) as Cell["metadata"];
  const cell = { cell_type: kind, id, source: joined(raw["source"]), metadata } as const;
  if (kind !== "code") return raw["attachments"] === undefined ? cell : { ...cell, attachments: raw["attachments"] };
  const outputs = Array.isArray(raw["outputs"]) ? raw["outputs"].filter(isObject).map(readOutput) : [];
  const count = typeof raw["execution_count"] === "number" ? raw["execution_count"] : null;
  return { ...cell, execution_count: count, outputs };
}

function readOutput(raw: Record<string, unknown>): Output {
  if (raw["output_type"] === "stream") return { ...raw, text: joined(raw["text"]) } as unknown as Output;
  if (!isObject(raw["data"])) return raw as unknown as Output;
  const data = Object.fromEntries(
    Object.entries(raw["data"]).map(([mime, value]) => [mime, isText(mime) ? joined(value) : value]),
  );
  return { ...raw, data } as unknown as Output;
}

/**
 * The text of a notebook file: sorted keys and one space of indent, as Jupyter writes them, but each list of numbers on
 * one line (a figure has thousands); no dates, no host.
 */
export function formatNotebook(notebook: Notebook): string {
  const file = {
    cells: notebook.cells.map((cell) => ({
      ...cell,
      metadata: withoutTimes(cell.metadata),
      source: lines(cell.source),
      ...(cell.outputs ? { outputs: cell.outputs.map(writtenOutput) } : {}),
    })),
    metadata: {
      ...notebook.metadata,
      kernelspec: { display_name: "TypeScript (Segmenta)", language: "typescript", name: "segmenta" },
      language_info: {
        codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
        file_extension: ".ts",
        mimetype: "text/typescript",
        name: "typescript",
        version: "5.0.4",
      },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(sorted(file), null, 1).replaceAll(numberList, withoutBreaks)}\n`;
}

/** Texts have no line breaks of their own in JSON, so that nothing within quotes is taken for a list. */
const numberList = /\[\n *(?:-?\d[^\s,\]]*|null)(?:,\n *(?:-?\d[^\s,\]]*|null))*\n *\]/g;

function withoutBreaks(list: string): string {
  return list.replaceAll(/\n */g, "");
}

/** Write beside and rename, so that a notebook is never half there. */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    await writeFile(beside, formatNotebook(notebook));
    await rename(beside, file);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new UserError("NOT_WRITABLE", {
      what: `cannot write "${file}": ${(cause as Error).message}`,
      mend: "look at the folder's permissions and at the space left on the disk",
      cause,
    });
  }
}

function writtenOutput(output: Output): unknown {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.fromEntries(
    Object.entries(output.data).map(([mime, value]) => [
      mime,
      isText(mime) && typeof value === "string" ? lines(value) : value,
    ]),
  );
  return { ...output, data };
}

/** Jupyter may keep when each cell ran; a compared file must not. */
function withoutTimes(metadata: Cell["metadata"]): Cell["metadata"] {
  const { execution: _, ...rest } = metadata;
  return rest;
}

/** Text that Jupyter keeps as a list of lines, so that diffs are readable. */
function isText(mime: string): boolean {
  return mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";
}

function lines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : typeof text === "string" ? text : "";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown, key: string): string | undefined {
  const name = isObject(value) ? value[key] : undefined;
  return typeof name === "string" ? name : undefined;
}
