/** The work of `segmenta import`. */
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";
import type { Table } from "../core/table.js";
import { columnNames, readTable } from "../data/index.js";
import { alignLabels, type ForeignLabels, importLabels, removeImported } from "../sweep/import.js";
import { provenance } from "../sweep/provenance.js";
import { openStore } from "../sweep/store/file-store.js";
import type { ImportArguments } from "./commands/import.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { openRun } from "./open-run.js";

/** Returns the exit code. */
export async function importFile(options: ImportArguments, io: Io): Promise<number> {
  const { name } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new UserError("BAD_USAGE", {
      what: `${JSON.stringify(name)} cannot name labels`,
      where: "command line, --name",
      mend: "use letters, digits, dots and hyphens, such as sklearn-kmeans",
    });
  }
  if ((options.labels === undefined) !== options.remove) {
    throw new UserError("BAD_USAGE", {
      what: options.remove ? "--remove needs no labels file" : "no labels file is named",
      where: "command line",
      mend: "segmenta import <experiment> labels.csv --name x, or segmenta import <experiment> --name x --remove",
    });
  }
  const { experiment, table, checksum, path } = await openRun(options.experiment, [], options.out, io);
  const labels = options.labels === undefined ? null : alignLabels(await readLabels(options, table, io), table);
  const store = await openStore(path, experiment.name);
  try {
    // No rule is put on record here: labels are brought in, nothing is chosen.
    await store.begin({ type: "run", format: 1, experiment: experiment.name, data: checksum }, () =>
      provenance(io.cwd, process.argv.slice(2)),
    );
    if (labels === null) {
      await removeImported(store, name, checksum);
      io.out(`removed "${name}"; `);
    } else {
      const done = await importLabels(store, name, labels, checksum);
      io.out(done === "unchanged" ? `"${name}" holds these labels already; ` : `${done} "${name}"; `);
    }
  } finally {
    await store.close();
  }
  io.out(`segmenta run ${options.experiment} judges what is there\n`);
  return EXIT.good;
}

const LABEL_NAMES = ["label", "labels", "cluster", "segment", "cluster_id"];

/** The labels file: by its id column, by a column `row`, or in the table's order. */
async function readLabels(options: ImportArguments, table: Table, io: Io): Promise<ForeignLabels> {
  const file = options.labels!;
  const path = pathFrom(io, file);
  const columns = await columnNames(path);
  const id = options.id ?? (table.id && columns.includes(table.id.name) ? table.id.name : undefined);
  const row = id === undefined && columns.includes("row") ? "row" : undefined;
  const who = id ?? row;
  const rest = columns.filter((name) => name !== who);
  const column =
    options.column ??
    rest.find((name) => LABEL_NAMES.includes(name.toLowerCase())) ??
    (rest.length === 1 ? rest[0] : undefined);
  for (const [named, option] of [
    [options.id, "--id"],
    [options.column, "--column"],
  ] as const) {
    if (named === undefined || columns.includes(named)) continue;
    throw new UserError("UNKNOWN_COLUMN", {
      what: `${file} has no column "${named}"`,
      where: option,
      mend: didYouMean(named, columns),
    });
  }
  if (column === undefined) {
    throw new UserError("UNKNOWN_COLUMN", {
      what: `which column of ${file} holds the labels? it has ${columns.join(", ")}`,
      where: file,
      mend: "name it with --column",
    });
  }
  const wanted = who === undefined ? [column] : [who, column];
  const readings = Object.fromEntries(wanted.map((name) => [name, "text" as const]));
  const read = await readTable({ path, columns: wanted, readings });
  const texts = (name: string) => {
    const found = read.columns.find((each) => each.name === name)!;
    return Array.from(found.values as ArrayLike<string | null>, (value) => value ?? "");
  };
  return { rows: who === undefined ? null : texts(who), labels: texts(column), byId: id !== undefined, file };
}
