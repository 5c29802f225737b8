/**
 * Parameters of a notebook: the names its cell tagged `parameters` declares, given other values for one run.
 *
 * The values go into a cell of their own after that cell, so that the notebook that comes out shows both. Cells may
 * declare a name again in this kernel, so a `const` can be replaced too.
 */

import { UserError } from "../core/errors.js";
import type { Json } from "../core/hash.js";
import { didYouMean } from "../core/suggest.js";
import { type Cell, hasTag, type Notebook } from "./nbformat.js";
import { loadOptional } from "./optional.js";

export type Parameters = Readonly<Record<string, Json>>;

/** A name that the parameters cell declares. */
export interface Declared {
  readonly name: string;
  readonly keyword: "const" | "let" | "var";
  /** What the given text is read as: by the annotation or the literal; other things as JSON. */
  readonly kind: "number" | "string" | "boolean" | "other";
  /** The annotation, as it stands. */
  readonly type: string | undefined;
  readonly initial: string;
}

/**
 * The notebook with an `injected-parameters` cell; one left by an earlier run is taken out, also when nothing is given.
 *
 * @throws UserError `BAD_USAGE` without a parameters cell, `UNKNOWN_NAME`, `PARAM_RANGE` for a value of another kind
 */
export function injectParameters(notebook: Notebook, given: Parameters, file: string): Notebook {
  const cells = notebook.cells.filter((cell) => !hasTag(cell, "injected-parameters"));
  const names = Object.keys(given);
  if (names.length === 0) return { ...notebook, cells };
  const at = cells.findIndex((cell) => cell.cell_type === "code" && hasTag(cell, "parameters"));
  if (at < 0) {
    throw new UserError("BAD_USAGE", {
      what: `no cell is tagged "parameters", so ${names.join(", ")} cannot be set`,
      where: file,
      mend: "tag the cell that declares them (in JupyterLab: the gear at the right, Cell Tags)",
    });
  }
  const declared = declaredNames(cells[at]!.source);
  const lines = names.map((name) => {
    const found = declared.find((declaration) => declaration.name === name);
    if (found) return `${found.keyword} ${name}${annotation(found)} = ${literal(found, given[name]!, file)};`;
    throw new UserError("UNKNOWN_NAME", {
      what: `unknown parameter "${name}"`,
      where: file,
      mend: didYouMean(
        name,
        declared.map((declaration) => declaration.name),
      ),
    });
  });
  const injected: Cell = {
    cell_type: "code",
    id: "injected-parameters",
    source: `// Parameters given for this run; they replace those above.\n${lines.join("\n")}`,
    metadata: { tags: ["injected-parameters"] },
    execution_count: null,
    outputs: [],
  };
  return { ...notebook, cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)] };
}

/** `["k=6", "rule=borda"]` as parameters; texts are read as what the notebook declares. */
export function parseAssignments(assignments: readonly string[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const assignment of assignments) {
    const at = assignment.indexOf("=");
    if (at < 1) {
      throw new UserError("BAD_USAGE", {
        what: `a parameter is written name=value, got "${assignment}"`,
        where: "-p",
        mend: "such as -p k=6",
      });
    }
    out[assignment.slice(0, at).trim()] = assignment.slice(at + 1);
  }
  return out;
}

/** The variables that a cell declares at its top level. */
export function declaredNames(source: string): Declared[] {
  const ts = loadOptional<typeof import("typescript")>("@tslab/typescript-for-tslab", "reading a parameters cell");
  const file = ts.createSourceFile("parameters.ts", source, ts.ScriptTarget.ES2022, true);
  return file.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return [];
    const { flags, declarations } = statement.declarationList;
    const keyword = flags & ts.NodeFlags.Const ? "const" : flags & ts.NodeFlags.Let ? "let" : "var";
    return declarations.flatMap((declaration): Declared[] => {
      if (!ts.isIdentifier(declaration.name)) return [];
      const type = declaration.type?.getText(file);
      const initial = declaration.initializer?.getText(file) ?? "undefined";
      return [{ name: declaration.name.text, keyword, type, initial, kind: kindOf(type, initial) }];
    });
  });
}

function kindOf(type: string | undefined, initial: string): Declared["kind"] {
  if (type === "number" || type === "string" || type === "boolean") return type;
  if (type !== undefined) return "other";
  if (/^[-+]?(\d|\.\d)[\d_.eE+-]*$/.test(initial)) return "number";
  if (/^("[^"]*"|'[^']*'|`[^`]*`)$/.test(initial)) return "string";
  return initial === "true" || initial === "false" ? "boolean" : "other";
}

/** `const k = 6` has the type 6, and `k === 7` would not compile: widen it to what it was meant to be. */
function annotation(declared: Declared): string {
  if (declared.type !== undefined) return `: ${declared.type}`;
  return declared.kind === "other" ? "" : `: ${declared.kind}`;
}

function literal(declared: Declared, value: Json, file: string): string {
  const { kind, name, initial } = declared;
  const text = typeof value === "string" ? value : undefined;
  if (kind === "number") {
    const number = text === undefined ? value : text.trim() === "" ? Number.NaN : Number(text);
    if (typeof number === "number" && Number.isFinite(number)) return String(number);
  } else if (kind === "boolean") {
    if (value === true || value === false) return String(value);
    if (text === "true" || text === "false") return text;
  } else if (kind === "string") {
    if (text !== undefined) return JSON.stringify(text);
  } else {
    return JSON.stringify(text === undefined ? value : parsedOrText(text));
  }
  throw new UserError("PARAM_RANGE", {
    what: `${name} must be a ${kind}, got ${JSON.stringify(value)}`,
    where: file,
    mend: `the notebook declares ${name} = ${initial}`,
  });
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
