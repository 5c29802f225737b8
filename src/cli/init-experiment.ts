/** The work of `segmenta init`: a first experiment for any table, with the reasons in its comments. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { parse } from "yaml";
import { UserError } from "../core/errors.js";
import type { Table } from "../core/table.js";
import { counted, shorten } from "../core/words.js";
import {
  dependenceInWords,
  dependences,
  describeTable,
  idLikeColumns,
  type NumberSummary,
  readTable,
} from "../data/index.js";
import { parseExperiment } from "../sweep/config/experiment.js";
import { writeWhole } from "../sweep/store/temporary.js";
import type { InitArguments } from "./commands/init.js";
import { type FoundLog, findLog } from "./find-log.js";
import { EXIT, type Io, pathFrom } from "./io.js";

/** Skew from which a column of non-negative numbers is better on a log scale. */
const SKEWED = 1.5;
/** Most kinds of a text that are worth a column each. */
const MOST_CATEGORIES = 12;
/** Two segments of two rows: with fewer there is nothing to find. */
const FEW_ROWS = 4;
/** Rows above which algorithms that compare all pairs are left out of the first grid. */
const MANY_ROWS = 20_000;

/** Write `experiments/<name>.yaml`, and `notebooks/<name>.ipynb` if asked for; returns the exit code. */
export async function initExperiment(options: InitArguments, io: Io): Promise<number> {
  const rows = await readTable({ path: pathFrom(io, options.table), sheet: options.sheet });
  const name = options.name ?? experimentName(options.table);
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    throw new UserError("BAD_USAGE", {
      what: `"${name}" cannot name an experiment`,
      where: "command line, --name",
      mend: "use lower-case letters, digits and hyphens",
    });
  }
  const file = join("experiments", `${name}.yaml`);
  const notebook = join("notebooks", `${name}.ipynb`);
  const files = options.notebook ? [file, notebook] : [file];
  // Before anything is written.
  const there = files.find((each) => existsSync(pathFrom(io, each)));
  if (there !== undefined && !options.force) {
    throw new UserError("BAD_USAGE", {
      what: `${there} is there already`,
      where: there,
      mend: "choose another --name, or write over it with --force",
    });
  }
  const log = findLog(rows);
  const text =
    log === undefined
      ? experimentText(name, options.table, rows, { sheet: options.sheet })
      : await logText(name, options, log, rows.rows, pathFrom(io, options.table));
  await mkdir(pathFrom(io, "experiments"), { recursive: true });
  await writeWhole(pathFrom(io, file), text);
  io.out(`wrote ${file}\n`);
  if (options.notebook) {
    await writeFirstNotebook(name, options.table, pathFrom(io, notebook));
    io.out(`wrote ${notebook}\n`);
  }
  io.out(`run it next: npx segmenta run ${name}\n`);
  if (options.notebook) io.out(`or look first: npx segmenta notebook run ${notebook}\n`);
  return EXIT.good;
}

/** The experiment of a log: its customers, measured, and what was seen in them. */
async function logText(
  name: string,
  options: InitArguments,
  log: FoundLog,
  rows: number,
  file: string,
): Promise<string> {
  const { table: path, sheet } = options;
  // The files of a query name no sheets.
  const found = sheet === undefined ? log : { ...log, amount: log.product?.price ?? log.amount, product: undefined };
  const data = logLines(path, sheet, found, rows);
  const written = parse(data.join("\n")) as { data: unknown };
  const whole = { name, ...written, prepare: { plain: [] }, sweep: { kmeans: { k: 2 } } };
  const { data: read } = parseExperiment(JSON.stringify(whole), path);
  const customers = await readTable({
    ...read,
    ...(read.sql === undefined ? { path: file } : { files: { log: file } }),
  });
  return experimentText(name, path, customers, { data });
}

/** A query that adds the amount to a log. */
function productLines(path: string, { quantity, price }: NonNullable<FoundLog["product"]>): string[] {
  const [many, one] = [quantity, price].map((name) => `"${name.replaceAll('"', '""')}"`);
  return [
    `  sql: ${JSON.stringify(`SELECT *, ${many} * ${one} AS amount FROM log`)}`,
    `  files: { log: ${scalar(path)} }`,
  ];
}

/** `data:` of a log, with its reasons. */
function logLines(path: string, sheet: string | undefined, log: FoundLog, rows: number): string[] {
  const { per, date, day, amount, category } = log;
  const each = `${(rows / log.customers).toFixed(1)} rows each`;
  const seen = `A log, not a table of customers: ${counted(rows, "row")}, ${log.customers} customers in ${per} (${each}), dated by ${date}.`;
  const lines = [
    ...comment(
      `${seen} So each customer becomes a row, measured by what the log says; docs/transactions.md has more measures.`,
      "",
    ),
    "data:",
    ...(log.product === undefined ? [`  path: ${scalar(path)}`, ...sheetLine(sheet)] : productLines(path, log.product)),
    `  per: ${scalar(per)} # a row for each`,
    `  at: ${log.at} # the day to look back from; the last purchase is the day before`,
  ];
  if (day.rival !== null)
    lines.push(
      ...comment("CHECK: this column reads with the day or the month first.", "  "),
      "  dates: day-first # or month-first",
    );
  if (day.instants) lines.push("  zone: UTC # whose days count, such as Europe/Berlin; the dates carry an offset");
  const skip = [...(log.nameless > 0 ? ["nameless"] : []), ...(log.undated > 0 ? ["undated"] : [])];
  const without = [
    ...(log.nameless > 0 ? [`${counted(log.nameless, "row")} without ${per}`] : []),
    ...(log.undated > 0 ? [`${counted(log.undated, "row")} without ${date}`] : []),
  ];
  if (skip.length > 0) lines.push(...comment(`Left out: ${without.join(", ")}.`, "  "), `  skip: [${skip.join(", ")}]`);
  lines.push(
    "  features:",
    `    recency: { days-since-last: ${scalar(date)} }`,
    "    frequency: count",
    ...(amount === undefined
      ? []
      : [
          `    monetary: { sum: ${scalar(amount)} }${log.returns ? " # returns, below 0, subtract" : ""}`,
          `    basket: { mean: ${scalar(amount)} }`,
        ]),
    ...(log.returns && amount !== undefined
      ? [`    returns: { count: true, only: { ${scalar(amount)}: "< 0" } }`]
      : []),
    `    tenure: { days-since-first: ${scalar(date)} }`,
    `    rhythm: { median-gap: ${scalar(date)} } # days from one to the next; missing with only one`,
    `    months: { active-months: ${scalar(date)} }`,
    ...(category === undefined ? [] : [`    share: { share: ${scalar(category)} }`]),
  );
  return lines;
}

async function writeFirstNotebook(name: string, table: string, file: string): Promise<void> {
  const { firstNotebook } = await import("../notebook/first-notebook.js");
  const { formatNotebook } = await import("../notebook/nbformat.js");
  const up = (path: string) => (isAbsolute(path) ? path : `../${path}`);
  const notebook = firstNotebook({
    name,
    table: up(table),
    experiment: `../experiments/${name}.yaml`,
    results: `../results/${name}`,
  });
  await mkdir(dirname(file), { recursive: true });
  await writeWhole(file, formatNotebook(notebook));
}

/** `My Customers.csv` → `my-customers`. */
function experimentName(path: string): string {
  const stem = basename(path, extname(path))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return stem === "" ? "experiment" : stem;
}

interface TextOptions {
  /** The lines of `data`, where the table is not simply that of the file. */
  readonly data?: readonly string[] | undefined;
  /** Of an .xlsx file. */
  readonly sheet?: string | undefined;
}

/** `sheet: 2`, or a name. */
function sheetLine(sheet: string | undefined): string[] {
  if (sheet === undefined) return [];
  return [`  sheet: ${/^\d+$/.test(sheet) ? sheet : scalar(sheet)}`];
}

/**
 * The text of a first experiment; what was seen in the table stands in its comments.
 *
 * @throws UserError `TOO_FEW_ROWS` or `EMPTY_TABLE` for a table that no segments can be found in
 */
export function experimentText(name: string, path: string, table: Table, { data, sheet }: TextOptions = {}): string {
  if (table.rows < FEW_ROWS) {
    throw new UserError("TOO_FEW_ROWS", {
      what: `the table has ${counted(table.rows, "row")}; segments need at least ${FEW_ROWS}`,
      where: path,
      mend: "check that this is the file you meant",
    });
  }
  const summaries = describeTable(table);
  const idLike = idLikeColumns(table);
  const ids = idLike.filter(({ kind }) => kind === "id");
  // What is called an id before what only looks like one, and a counter of rows last.
  const rank = ({ why }: (typeof ids)[number]) =>
    ["called", "every row", "counts"].findIndex((word) => why.includes(word));
  const named = data === undefined ? [...ids].sort((a, b) => rank(a) - rank(b))[0] : undefined;
  const id = named?.name;
  const columns = summaries.filter((summary) => summary.name !== id);
  const texts = columns.filter((summary) => summary.kind === "text");
  const numbers = columns.filter((summary): summary is NumberSummary => summary.kind === "number");
  const dropped = [
    { why: "Nothing but missing values.", among: columns.filter((s) => s.count === 0) },
    { why: "A single value tells no rows apart.", among: columns.filter((s) => s.distinct === 1) },
    ...idLike.map(({ name: own, why }) => ({
      why: `Not a feature: ${why}.`,
      among: columns.filter((s) => s.name === own && s.distinct > 1),
    })),
    {
      why: "Too many kinds of text to be features.",
      among: texts.filter((s) => s.distinct > MOST_CATEGORIES && !idLike.some(({ name: own }) => own === s.name)),
    },
  ].filter(({ among }) => among.length > 0);
  const useful = columns.filter((each) => !dropped.some(({ among }) => among.includes(each)));
  const repeated = dependences(
    table,
    useful.map(({ name: each }) => each),
  );
  if (repeated.length > 0) {
    const why = `Said already by a column that stays: ${repeated.map(dependenceInWords).join("; ")}.`;
    dropped.push({ why, among: useful.filter((each) => repeated.some(({ column }) => column === each.name)) });
  }
  const drop = dropped.flatMap(({ among }) => among.map((s) => s.name));
  if (drop.length === columns.length) {
    throw new UserError("EMPTY_TABLE", {
      what: `no column can be a feature: ${shorten(summaries.map((s) => s.name).join(", "), 80)}`,
      where: path,
      mend: `features are numbers that differ, and texts of 2 to ${MOST_CATEGORIES} kinds`,
    });
  }
  const short = texts.filter((summary) => !drop.includes(summary.name)).map((summary) => summary.name);
  const skewed = numbers
    .filter((s) => (s.min ?? -1) >= 0 && (s.skew ?? 0) > SKEWED && s.distinct > 2)
    .map((s) => s.name);
  const missing = columns.filter((s) => s.missing > 0 && !drop.includes(s.name));
  const largest = Math.min(10, table.rows - 1, Math.max(2, Math.floor(table.rows / 10)));
  const k = largest <= 2 ? "2" : `2..${largest}`;
  const many = table.rows > MANY_ROWS;
  const neighbours = [5, 20].filter((count) => 2 * count <= table.rows);

  const lines = [
    ...comment(
      `A first experiment for ${basename(path)}: ${counted(table.rows, data === undefined ? "row" : "customer")}, ${counted(columns.length - drop.length, "feature")}. Change what you know better.`,
      "",
    ),
    `name: ${scalar(name)}`,
    "description: Which customer segments hold up?",
    "",
    ...(data ?? ["data:", `  path: ${scalar(path)}`, ...sheetLine(sheet)]),
  ];
  if (named) lines.push(`  id: ${scalar(named.name)} # ${named.why}, so it names them`);
  for (const { message, hint } of table.notes ?? [])
    lines.push(...comment(`${message}${hint ? `; ${hint}` : ""}.`, "  "));
  const formats = table.columns.flatMap((column) =>
    column.kind === "number" && column.format ? [{ name: column.name, ...column.format }] : [],
  );
  if (formats.length > 0) {
    lines.push("  readings:");
    for (const { name: own, decimal, group } of formats) {
      lines.push(`    ${scalar(own)}: { decimal: "${decimal}", group: "${group}" }`);
    }
  }
  lines.push("", "prepare:", "  standard:");
  for (const { why, among } of dropped) {
    const names = among.map((s) => s.name);
    lines.push(...comment(why, "    "), ...list("drop", names));
  }
  if (missing.length > 0) {
    const seen = missing.map((s) => `${s.name} ${s.missing}`).join(", ");
    lines.push(...comment(`Missing: ${seen}.`, "    "), "    - impute: median");
    if (missing.some((s) => s.kind === "text")) {
      lines.pop();
      const textNames = missing.filter((s) => s.kind === "text").map((s) => s.name);
      const numberNames = missing.filter((s) => s.kind === "number").map((s) => s.name);
      if (numberNames.length > 0) lines.push(`    - impute: { strategy: median, columns: ${flow(numberNames)} }`);
      lines.push(`    - impute: { strategy: most-frequent, columns: ${flow(textNames)} }`);
    }
  }
  if (skewed.length > 0) {
    lines.push(
      `    # Skewed (above ${SKEWED}) and never negative: a log scale lets the many small values count.`,
      ...list("log1p", skewed),
    );
  }
  if (numbers.some((summary) => !drop.includes(summary.name)))
    lines.push("    - scale: standard # mean 0, deviation 1, so that no unit outweighs another");
  if (short.length > 0) {
    lines.push(
      ...comment(
        "A yes/no column for each value of a text, together half the say of a number. After scale, which would blow rare values up.",
        "    ",
      ),
      "    - one-hot:",
      ...(flow(short).length <= 80
        ? [`        columns: ${flow(short)}`]
        : ["        columns:", ...short.map((each) => `          - ${scalar(each)}`)]),
      "        weight: column",
    );
  }
  lines.push("", "sweep:", `  kmeans: { k: ${k}, nInit: 10 }`, `  gmm: { k: ${k}, covarianceType: [full, diag] }`);
  if (many)
    lines.push(
      ...comment(`With ${table.rows} rows, agglomerative, kmedoids and dbscan take long; add them on a sample.`, "  "),
    );
  else {
    lines.push(`  agglomerative: { k: ${k}, linkage: [ward, average] }`, `  kmedoids: { k: ${k} }`);
    lines.push(`  dbscan: { eps: auto, minSamples: [${neighbours.length > 0 ? neighbours.join(", ") : 2}] }`);
  }
  // Of a log, and all three kept: they are the first columns.
  const rfm = ["recency", "frequency", "monetary"].every(
    (each, i) => columns[i]?.name === each && !drop.includes(each),
  );
  if (data !== undefined && rfm)
    lines.push("  rfm-cells: {} # a baseline: recency, frequency and monetary in quintiles, without any clustering");
  lines.push("", "seeds: 3", "", "score:", "  metrics: [silhouette, davies-bouldin, calinski-harabasz]");
  lines.push(
    "",
    "select:",
    "  # May answer that there is no structure. majority is quicker, but does not ask: segmenta list rules",
    "  rule: gated-stability",
    "",
  );
  return lines.join("\n");
}

/** A name as YAML needs it, also between the brackets of a list: plain where that reads back as the same text. */
const scalar = (text: string) =>
  /^[A-Za-z_][\w./-]*$/.test(text) && parse(text) === text ? text : JSON.stringify(text);
const flow = (names: readonly string[]) => `[${names.map(scalar).join(", ")}]`;

/** `- drop: [A, B]`, a line for each name when they are many. */
function list(step: string, names: readonly string[]): string[] {
  const short = `    - ${step}: ${flow(names)}`;
  return short.length <= 100 ? [short] : [`    - ${step}:`, ...names.map((name) => `        - ${scalar(name)}`)];
}

/** A comment of any length, folded. */
function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of text.trim().split(/\s+/)) {
    if (line.length + word.length > 100) {
      lines.push(line);
      line = `${indent}#`;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
