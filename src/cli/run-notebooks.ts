/** The work of `segmenta notebook`. */
import { formatUserError, UserError } from "../core/errors.js";
import type { CheckResult, Mismatch } from "../notebook/check.js";
import type { CellFailure, CellPlace, NotebookRun } from "../notebook/run.js";
import type { NotebookArguments } from "./commands/notebook.js";
import { EXIT, type Io } from "./io.js";

/** Run notebooks, or open Jupyter with the words after `--`; returns the exit code. */
export async function notebooks(options: NotebookArguments, io: Io, rest: readonly string[]): Promise<number> {
  if (options.action === "run") return runAll(options, io);
  const { openLab } = await import("../notebook/lab.js");
  const code = await openLab(options.files[0] ?? "notebooks", io.env, rest);
  if (code !== 0) io.err(`✘ Jupyter ended with exit code ${code}; what it said is above\n`);
  return code === 0 ? EXIT.good : EXIT.usage;
}

async function runAll(options: NotebookArguments, io: Io): Promise<number> {
  const { outputFile, runNotebook } = await import("../notebook/run.js");
  const { compareValues } = await import("../notebook/check.js");
  const { parseAssignments } = await import("../notebook/parameters.js");
  const { check } = options;
  const out = options.out === undefined ? undefined : await fromHere(options.out, io.cwd);
  const parameters = parseAssignments(options.param);
  const timeoutSeconds = positiveSeconds(options.timeout);
  const files = await notebookFiles(options.files.length > 0 ? options.files : ["notebooks"], io.cwd);
  if (check && Object.keys(parameters).length > 0) {
    throw new UserError("BAD_USAGE", {
      what: "--check compares with the committed values, which hold for the committed parameters",
      where: "segmenta notebook run --check -p",
      mend: "leave out -p or --check",
    });
  }
  const targets = files.map((file) => outputFile(file, out) ?? file);
  const twice = targets.find((target, i) => targets.indexOf(target) !== i);
  if (twice !== undefined) {
    throw new UserError("BAD_USAGE", {
      what: `several notebooks would be written to ${twice}`,
      where: "--out",
      mend: "give a folder, and notebooks of different names",
    });
  }

  let worst: number = EXIT.good;
  for (const file of files) {
    const run = await runNotebook(file, {
      parameters,
      out: check && out === undefined ? null : (out ?? file),
      timeoutSeconds,
      signal: io.signal,
      keepLibrary: options.live,
      onCell: (cell) => sayCell(file, cell, io),
    });
    if (io.errIsTerminal) io.err("\r\x1b[K");
    if (run.status === "interrupted") {
      io.err(`stopped in ${file}; the file is as it was\n`);
      return EXIT.interrupted;
    }
    worst = worse(worst, report(run, check ? compareValues(run.committed, run.notebook) : null, io));
  }
  return worst;
}

/** An error in a cell, then a changed value, then what was not compared or came too late. */
function worse(a: number, b: number): number {
  const order: number[] = [EXIT.good, EXIT.incomplete, EXIT.regressed, EXIT.usage];
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

function sayCell(file: string, cell: CellPlace, io: Io): void {
  if (!io.errIsTerminal) return;
  const text = `${file}  cell ${cell.number} of ${cell.of}  ${cell.firstLine}`;
  io.err(`\r\x1b[K${text.slice(0, io.columns - 1)}`);
}

function report(run: NotebookRun, checked: CheckResult | null, io: Io): number {
  if (run.status === "failed") {
    const { failure } = run;
    io.err(`${describeFailure(run.file, failure)}\n`);
    if (run.written) io.err(`  as far as it came: ${run.written}\n`);
    return failure.reason === "timed-out" ? EXIT.incomplete : EXIT.usage;
  }
  const cells = run.notebook.cells.filter((cell) => cell.cell_type === "code" && cell.source.trim() !== "").length;
  const where = run.written ? ` → ${run.written}` : "";
  if (!checked) {
    io.out(`✔ ${run.file}: ${cells} cells${where}\n`);
    return EXIT.good;
  }
  if (checked.compared === 0) {
    io.err(`✘ ${run.file}: nothing to compare; publish numbers with values({…}) or tag a cell "check"${where}\n`);
    return EXIT.incomplete;
  }
  if (checked.mismatches.length === 0) {
    io.out(`✔ ${run.file}: ${checked.compared} values as committed${where}\n`);
    return EXIT.good;
  }
  const lines = checked.mismatches.map((mismatch) => `  ${describeMismatch(mismatch)}`);
  io.err(
    `✘ ${run.file}: ${checked.mismatches.length} of ${checked.compared} values differ${where}\n${lines.join("\n")}\n`,
  );
  return EXIT.regressed;
}

/** As all errors: what happened, where, how to mend it; then what the cell said. */
function describeFailure(file: string, failure: CellFailure): string {
  const cell = `cell ${failure.number} of ${failure.of}`;
  const what = {
    error: `${cell} failed: ${failure.ename === "TypeScriptError" ? "" : `${failure.ename}: `}${failure.evalue}`,
    "timed-out": `${cell} ${failure.evalue}`,
    "kernel-died": `${cell} ended the kernel: ${failure.evalue}`,
  }[failure.reason];
  const mend = {
    error: undefined,
    "timed-out": "give it longer (--timeout 1800), or less to do",
    "kernel-died": "does it call process.exit? is there enough memory (NODE_OPTIONS=--max-old-space-size=8192)?",
  }[failure.reason];
  const where = `${file}, cell ${failure.number}: ${failure.firstLine}`;
  const text = formatUserError(new UserError("CELL_FAILED", { what: what.split("\n")[0]!, where, mend }));
  // The first line of a trace says again what has just been said.
  const lines = failure.traceback.flatMap((line) => line.split("\n"));
  const rest = (what.endsWith(lines[0] ?? "") ? lines.slice(1) : lines).slice(0, 16);
  return [text, ...rest.map((line) => `    ${line}`)].join("\n");
}

function describeMismatch({ cell, key, old, now, tolerance }: Mismatch): string {
  const place = `cell ${cell.number} (${cell.firstLine}) ${key}`;
  if (old === undefined) return `${place}: now ${JSON.stringify(now)}, not among the committed outputs`;
  if (now === undefined) return `${place}: committed ${JSON.stringify(old)}, now gone`;
  const both = `committed ${JSON.stringify(old)}, now ${JSON.stringify(now)}`;
  if (typeof old !== "number" || typeof now !== "number") return `${place}: ${both}`;
  const allowed = tolerance.absolute + tolerance.relative * Math.abs(old);
  return `${place}: ${both} (off by ${Math.abs(now - old).toPrecision(2)}, allowed ${allowed.toPrecision(2)})`;
}

function positiveSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new UserError("PARAM_RANGE", {
    what: `--timeout must be a number of seconds greater than 0, got "${text}"`,
    where: "segmenta notebook run",
    mend: "such as --timeout 600",
  });
}

const NAME_ONE =
  "name a notebook, as in segmenta notebook run path/to/first.ipynb; segmenta init <table> --notebook writes one";

/** Files as given; for a folder, the notebooks in it, by name. */
async function notebookFiles(given: readonly string[], cwd: string): Promise<string[]> {
  const { readdir, stat } = await import("node:fs/promises");
  const path = await import("node:path");
  const found: string[] = [];
  for (const file of given) {
    const place = path.resolve(cwd, file);
    const entry = await stat(place).catch(() => undefined);
    if (!entry && !file.endsWith(".ipynb")) {
      throw new UserError("NOT_FOUND", { what: `there is no folder "${file}"`, mend: NAME_ONE });
    }
    if (!entry?.isDirectory()) {
      found.push(await fromHere(file, cwd));
      continue;
    }
    const names = (await readdir(place)).filter((name) => name.endsWith(".ipynb")).sort();
    if (names.length === 0) {
      throw new UserError("NOT_FOUND", { what: `no notebooks in "${file}"`, mend: NAME_ONE });
    }
    found.push(...(await Promise.all(names.map((name) => fromHere(path.join(file, name), cwd)))));
  }
  return found;
}

/** A path given relative to `cwd`, as this process reaches it. */
async function fromHere(file: string, cwd: string): Promise<string> {
  const path = await import("node:path");
  return path.relative(process.cwd(), path.resolve(cwd, file)) || ".";
}
