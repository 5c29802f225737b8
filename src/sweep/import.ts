/** Labels made elsewhere become a trial: read against the table's rows, kept in the journal, judged by the same rules. */
import { UserError } from "../core/errors.js";
import { type Labels, NOISE } from "../core/labels.js";
import { didYouMean } from "../core/suggest.js";
import type { Table } from "../core/table.js";
import { importedFit, importedNames } from "./imported.js";
import type { Store } from "./store/store.js";

/** A table of labels: who, and in which cluster. */
export interface ForeignLabels {
  /** Ids, or row numbers from 1; null: the rows are in the table's order. */
  readonly rows: readonly string[] | null;
  readonly labels: readonly string[];
  /** Ids are of the table's id column, not row numbers. */
  readonly byId: boolean;
  /** The file, for messages. */
  readonly file: string;
}

/** Words for rows that belong to no cluster. */
const NOISE_WORDS = new Set(["-1", "-1.0", "noise", "none", "outlier", ""]);

/**
 * Labels in the order of the table's rows, one for each.
 *
 * Numbers and names may stand for clusters; −1, `noise` and an empty field are noise.
 *
 * @throws UserError `SHAPE_MISMATCH`, `DUPLICATE_ID` or `OUT_OF_DOMAIN` naming the row, `UNKNOWN_COLUMN` for ids of a
 *   table that has none
 */
export function alignLabels(foreign: ForeignLabels, table: Table): Labels {
  const { rows, labels, byId, file } = foreign;
  const bad = (
    code: "SHAPE_MISMATCH" | "DUPLICATE_ID" | "OUT_OF_DOMAIN" | "UNKNOWN_COLUMN",
    what: string,
    mend: string,
  ) => new UserError(code, { what, where: file, mend });
  if (byId && !table.id) {
    throw bad(
      "UNKNOWN_COLUMN",
      "the labels go by id, but the experiment names no id column",
      "set data.id in the experiment",
    );
  }
  if (labels.length !== table.rows) {
    throw bad(
      "SHAPE_MISMATCH",
      `${labels.length} labels, but the table has ${table.rows} rows`,
      "give each row of the table one label; −1 for those in no cluster",
    );
  }
  const place = byId ? new Map(table.id!.values.map((id, row) => [id, row])) : null;
  const seen = new Uint8Array(table.rows);
  const numbers = new Map<string, number>();
  const out = new Int32Array(table.rows);
  labels.forEach((label, i) => {
    const who = rows?.[i];
    const row = who === undefined ? i : place ? place.get(who) : rowNumber(who);
    if (row === undefined || row < 0 || row >= table.rows) {
      throw bad(
        "OUT_OF_DOMAIN",
        `line ${i + 2} is about ${byId ? table.id!.name : "row"} ${JSON.stringify(who)}, which the table does not have`,
        byId ? "check that the labels are of this table" : `rows are counted from 1 to ${table.rows}`,
      );
    }
    if (seen[row])
      throw bad("DUPLICATE_ID", `${JSON.stringify(who)} has two labels, the second in line ${i + 2}`, "keep one");
    seen[row] = 1;
    if (NOISE_WORDS.has(label.trim().toLowerCase())) {
      out[row] = NOISE;
      return;
    }
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    out[row] = numbers.get(label)!;
  });
  return out;
}

const rowNumber = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) - 1 : undefined);

/**
 * Keep labels under a name; labels that had this name are replaced.
 *
 * @returns what happened: `unchanged` when these very labels have the name already
 */
export async function importLabels(
  store: Store,
  name: string,
  labels: Labels,
  dataChecksum: string,
): Promise<"added" | "replaced" | "unchanged"> {
  const before = importedNames(store.fits(), dataChecksum).get(name);
  const { key, parts, fit } = importedFit(name, labels, dataChecksum, (each) => store.isRemoved(each));
  if (before?.key === key) return "unchanged";
  await store.addFit(key, parts, fit);
  if (before) await store.add({ type: "removed", key: before.key });
  return before ? "replaced" : "added";
}

/** Forget imported labels. @throws UserError `UNKNOWN_NAME` naming those there are */
export async function removeImported(store: Store, name: string, dataChecksum: string): Promise<void> {
  const names = importedNames(store.fits(), dataChecksum);
  const record = names.get(name);
  if (!record) {
    throw new UserError("UNKNOWN_NAME", {
      what: `no labels were imported as "${name}" for this data`,
      where: "command line, --name",
      mend: names.size === 0 ? "nothing was imported yet" : didYouMean(name, [...names.keys()]),
    });
  }
  await store.add({ type: "removed", key: record.key });
}
