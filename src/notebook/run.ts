/**
 * Run a notebook from its first cell to its last on a fresh kernel, without Python.
 *
 * What comes out is a notebook of the same cells with new outputs: no dates, no host, counts 1 … n, so that running
 * it again changes nothing that has not changed. A notebook that fails leaves its file as it was.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Kernel, KernelDied, startKernel } from "./kernel-client.js";
import { type Cell, hasTag, type Notebook, type Output, readNotebook, writeNotebook } from "./nbformat.js";
import { collectOutputs, type KeepOptions } from "./outputs.js";
import { injectParameters, type Parameters } from "./parameters.js";

export interface RunOptions {
  /** Values for names that the cell tagged `parameters` declares. */
  readonly parameters?: Parameters;
  /** Where the result goes: an `.ipynb` file, or a folder. Left out: in place. `null`: nowhere. */
  readonly out?: string | null;
  /** Seconds a single cell may take (600). It is interrupted then, and the kernel killed if that does not help. */
  readonly timeoutSeconds?: number;
  /** Ends the kernel and the run when it aborts. */
  readonly signal?: AbortSignal;
  /** Called before each code cell. */
  readonly onCell?: (cell: CellPlace) => void;
  /** Keep the plotting library in the result (1.5 MB more; live figures in exported HTML). */
  readonly keepLibrary?: boolean;
  /** Larger outputs are cut, with a line that says so (1,000,000). */
  readonly maxOutputBytes?: number;
}

/** Which cell: the n-th code cell that is not empty, as `In [n]` in a page. */
export interface CellPlace {
  readonly number: number;
  readonly of: number;
  readonly id: string;
  /** The first line that is neither comment nor import, or else the first. */
  readonly firstLine: string;
}

export interface CellFailure extends CellPlace {
  readonly reason: "error" | "timed-out" | "kernel-died";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** How it went. `committed` is the notebook as it was, `notebook` as it is now; `written` is where the latter lies. */
export type NotebookRun = {
  readonly file: string;
  readonly committed: Notebook;
  readonly notebook: Notebook;
  readonly written: string | null;
} & (
  | { readonly status: "done" }
  | { readonly status: "failed"; readonly failure: CellFailure }
  | { readonly status: "interrupted" }
);

/**
 * Run the notebook of that file.
 *
 * @returns how it went; an error in a cell is an outcome, unless the cell is tagged `raises-exception`
 * @throws UserError for a file that is no TypeScript notebook, for parameters it does not declare, if tslab or
 *   zeromq is missing, or if the result cannot be written
 */
export async function runNotebook(file: string, options: RunOptions = {}): Promise<NotebookRun> {
  const committed = await readNotebook(file);
  const planned = injectParameters(committed, options.parameters ?? {}, file);
  const cells: Cell[] = planned.cells.map((cell) =>
    cell.cell_type === "code" ? { ...cell, execution_count: null, outputs: [] } : cell,
  );
  const result = (outcome: { status: "done" | "interrupted" } | { status: "failed"; failure: CellFailure }) => ({
    file,
    committed,
    notebook: { ...planned, cells },
    ...outcome,
  });
  if (options.signal?.aborted) return { ...result({ status: "interrupted" }), written: null };

  const kernel = await startKernel({ cwd: path.dirname(path.resolve(file)) });
  const kill = () => kernel.kill();
  options.signal?.addEventListener("abort", kill);
  if (options.signal?.aborted) kill();
  let outcome: NotebookRun;
  try {
    const failure = await runCells(kernel, cells, options);
    if (options.signal?.aborted) outcome = { ...result({ status: "interrupted" }), written: null };
    else if (failure) outcome = { ...result({ status: "failed", failure }), written: null };
    else outcome = { ...result({ status: "done" }), written: null };
  } finally {
    options.signal?.removeEventListener("abort", kill);
    await kernel.stop();
  }
  // A notebook that failed is written only where it was asked for, never over its source.
  const target = outputFile(file, options.out);
  if (target === null || outcome.status === "interrupted") return outcome;
  if (outcome.status === "failed" && path.resolve(target) === path.resolve(file)) return outcome;
  await mkdir(path.dirname(target), { recursive: true });
  await writeNotebook(target, outcome.notebook);
  return { ...outcome, written: target };
}

/** Where the result of a run goes. */
export function outputFile(file: string, out: string | null | undefined): string | null {
  if (out === null) return null;
  if (out === undefined) return file;
  return out.endsWith(".ipynb") ? out : path.join(out, path.basename(file));
}

/** Runs the cells one after another and puts the outputs into them. Answers the first failure. */
async function runCells(kernel: Kernel, cells: Cell[], options: RunOptions): Promise<CellFailure | null> {
  const places = codePlaces(cells);
  const keep = { keepLibrary: options.keepLibrary ?? false, maxOutputBytes: options.maxOutputBytes ?? 1_000_000 };
  for (const [index, place] of places) {
    if (options.signal?.aborted) return null;
    options.onCell?.(place);
    const cell = cells[index]!;
    const { outputs, failure } = await runCell(kernel, cell.source, keep, options.timeoutSeconds ?? 600);
    cells[index] = { ...cell, outputs, execution_count: place.number };
    if (failure && (failure.reason !== "error" || !hasTag(cell, "raises-exception"))) return { ...place, ...failure };
  }
  return null;
}

/** The code cells that hold anything, by their index. */
export function codePlaces(cells: readonly Cell[]): Map<number, CellPlace> {
  const indices = cells.flatMap((cell, index) => (cell.cell_type === "code" && cell.source.trim() ? [index] : []));
  return new Map(
    indices.map((index, i) => {
      const cell = cells[index]!;
      return [index, { number: i + 1, of: indices.length, id: cell.id, firstLine: firstLine(cell.source) }];
    }),
  );
}

function firstLine(source: string): string {
  const lines = source.split("\n").map((line) => line.trim());
  const line = lines.find((text) => !/^(?:$|\/\/|import\b)/.test(text)) ?? lines.find((text) => text !== "") ?? "";
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

type Failed = Omit<CellFailure, keyof CellPlace>;

async function runCell(
  kernel: Kernel,
  code: string,
  keep: KeepOptions,
  seconds: number,
): Promise<{ outputs: Output[]; failure: Failed | null }> {
  const collector = collectOutputs();
  let late = false;
  let force: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    late = true;
    kernel.interrupt();
    force = setTimeout(() => kernel.kill(), 3000);
  }, seconds * 1000);
  const request = {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    // The next cell is sent only when this one is done, so there is nothing to drop.
    stop_on_error: false,
  };
  let died: KernelDied | undefined;
  try {
    await kernel.request("execute_request", request, collector.hear);
  } catch (error) {
    if (!(error instanceof KernelDied)) throw error;
    died = error;
  } finally {
    clearTimeout(timer);
    clearTimeout(force);
  }
  const outputs = collector.outputs(keep).map(withoutMachinePaths);
  const error = outputs.find((output) => output.output_type === "error");
  if (late) return { outputs, failure: plainFailure("timed-out", `took longer than ${seconds} s`) };
  if (died) return { outputs, failure: plainFailure("kernel-died", died.message) };
  if (!error) return { outputs, failure: null };
  const { ename, evalue, traceback } = error;
  return { outputs, failure: { reason: "error", ename, evalue, traceback } };
}

function plainFailure(reason: Failed["reason"], text: string): Failed {
  return { reason, ename: reason, evalue: text.split("\n")[0]!, traceback: text.split("\n") };
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Stacks name files by where this copy of the project lies; a committed output should not. */
function withoutMachinePaths(output: Output): Output {
  if (output.output_type !== "error") return output;
  return { ...output, traceback: output.traceback.map((l) => l.replaceAll(`file://${root}`, "").replaceAll(root, "")) };
}
