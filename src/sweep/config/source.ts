/** The text of a config: parsed YAML or JSON that still knows the line of every value. */
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { UserError } from "../../core/errors.js";

export type Path = readonly (string | number)[];

export interface ConfigSource {
  /** As named by the user, for messages. */
  readonly file: string;
  /** Plain values, overrides applied. */
  readonly value: unknown;
  /** `experiments/density.yaml:14, sweep.dbscan.eps`: where a path stands, for messages. */
  where(path: Path): string;
}

/**
 * Parse the text of an experiment and apply overrides such as `sweep.kmeans.k=2..4`.
 *
 * @throws UserError `BAD_CONFIG` for a text that is no YAML, `BAD_USAGE` for an override that is no `key=value`
 */
export function parseConfigText(text: string, file: string, overrides: readonly string[] = []): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fault = document.errors[0];
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new UserError("BAD_CONFIG", {
      what: `not valid YAML: ${fault.message.split("\n")[0]}`,
      where: `${file}:${line}:${col}`,
      mend: "mend the syntax; keys end in a colon and a space, lists start with a dash or stand in [ ]",
    });
  }
  const overridden = new Set<string>();
  for (const override of overrides) overridden.add(applyOverride(document, override));

  return {
    file,
    value: document.toJS() ?? {},
    where(path) {
      const name = path.join(".");
      for (const key of overridden) if (name === key || name.startsWith(`${key}.`)) return `command line, ${name}`;
      const line = lineOf(document, path, lines);
      return name === "" ? `${file}:${line}` : `${file}:${line}, ${name}`;
    },
  };
}

/** Write one `a.b.c=value` into the document; the value is read as YAML. Answers the path set. */
function applyOverride(document: Document, override: string): string {
  const equals = override.indexOf("=");
  if (equals <= 0) {
    throw new UserError("BAD_USAGE", {
      what: `"${override}" is no override`,
      where: "command line",
      mend: "write key=value, such as sweep.kmeans.k=2..4 or seeds=1",
    });
  }
  const key = override.slice(0, equals).trim();
  const path = key.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const parsed = parseDocument(override.slice(equals + 1));
  if (parsed.errors.length > 0) {
    throw new UserError("BAD_USAGE", {
      what: `the value of override "${override}" is not valid YAML`,
      where: `command line, ${key}`,
      mend: "quote it: 'data.path=\"my file.csv\"'",
    });
  }
  document.setIn(path, document.createNode(parsed.toJS()));
  return key;
}

/** The line of the deepest node on the path that the text holds. */
function lineOf(document: Document, path: Path, lines: LineCounter): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => (isScalar(item.key) ? item.key.value : item.key) === part);
      if (!pair) break;
      if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      node = node.items[part];
      if (node && typeof node === "object" && "range" in node && Array.isArray(node.range)) offset = node.range[0];
    } else break;
  }
  return lines.linePos(offset).line;
}
