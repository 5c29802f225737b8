/** The text of a config: parsed YAML or JSON that still knows the line of every value. */
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
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
    value: plainValue(document, file, lines) ?? {},
    where(path) {
      const name = path.join(".");
      for (const key of overridden) if (name === key || name.startsWith(`${key}.`)) return `command line, ${name}`;
      const line = lineOf(document, path, lines);
      return name === "" ? `${file}:${line}` : `${file}:${line}, ${name}`;
    },
  };
}

/** The file as plain values. */
function plainValue(document: Document, file: string, lines: LineCounter): unknown {
  try {
    return toTree(document);
  } catch (cause) {
    let what = `not valid YAML: ${(cause as Error).message.split("\n")[0]}`;
    let where = file;
    visit(document, {
      Alias(_, alias, around) {
        const anchor = alias.resolve(document);
        if (!alias.range || (anchor && !around.includes(anchor))) return undefined;
        what = `the alias *${alias.source} has no anchor that ends before it`;
        where = `${file}:${lines.linePos(alias.range[0]).line}`;
        return visit.BREAK;
      },
    });
    const mend = "set &name before *name; a text that begins with * stands in quotes";
    throw new UserError("BAD_CONFIG", { what, where, mend, cause });
  }
}

/** Plain values; throws for an alias without its anchor, and for one within it. */
function toTree(document: Document): unknown {
  const value: unknown = document.toJS();
  JSON.stringify(value);
  return value;
}

/**
 * Write one `a.b.c=value` into the document; the value is read as YAML. Answers the path that came with it: up to
 * the first key that was not there.
 */
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
  const value = overrideValue(override, key, override.slice(equals + 1));
  let depth = 1;
  for (; depth < path.length; depth++) {
    const above = path.slice(0, depth);
    if (!document.hasIn(above)) break;
    // `kmeans:` with nothing after it takes keys like a map.
    if ((document.getIn(above) ?? null) === null) document.setIn(above, document.createNode({}));
  }
  requirePlace(document, path.slice(0, depth), key);
  const begin = path.slice(depth).find((part) => typeof part === "number" && part > 0);
  if (begin !== undefined) {
    throw new UserError("BAD_USAGE", {
      what: `a list that is not there begins with 0, got ${begin}`,
      where: `command line, ${key}`,
      mend: `set it whole: ${path.slice(0, path.indexOf(begin)).join(".")}=[…]`,
    });
  }
  document.setIn(path, document.createNode(value));
  return path.slice(0, depth).join(".");
}

function overrideValue(override: string, key: string, text: string): unknown {
  const parsed = parseDocument(text);
  try {
    if (parsed.errors.length === 0) return toTree(parsed);
  } catch {
    // An alias: the anchors of the file are not known here.
  }
  throw new UserError("BAD_USAGE", {
    what: `the value of override "${override}" is not valid YAML`,
    where: `command line, ${key}`,
    mend: "quote it: 'data.path=\"my file.csv\"'",
  });
}

/** @throws UserError if what stands above the last part of the path is there and takes no such key */
function requirePlace(document: Document, path: Path, key: string): void {
  const above = document.getIn(path.slice(0, -1), true) ?? null;
  const last = path.at(-1)!;
  if (above === null || isMap(above)) return;
  if (isSeq(above) && typeof last === "number" && last <= above.items.length) return;
  const name = path.slice(0, -1).join(".");
  throw new UserError("BAD_USAGE", {
    what: isSeq(above)
      ? `${name} is a list of ${above.items.length}, and has no place for ${last}`
      : `${name || "the file"} is no map, and has no place for ${last}`,
    where: `command line, ${key}`,
    mend: name === "" ? "an experiment file holds keys and values, such as name: small" : `set it whole: ${name}=…`,
  });
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

/** The line of a place in a JSON or YAML text, from 1. */
export function lineIn(text: string, path: Path): number {
  const lines = new LineCounter();
  return lineOf(parseDocument(text, { lineCounter: lines }), path, lines);
}
