/** Results folders, as the comparison page needs them. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.js";
import { hashOf } from "../core/hash.js";
import { parseView } from "../pipeline/index.js";

export interface ExperimentRecord {
  /** The folder's name; experiments may be told twice from different folders. */
  readonly folder: string;
  readonly name: string;
  readonly data: { readonly checksum: string; readonly rows: number };
  readonly rule: string;
  readonly outcome: string;
  /** Which columns the scores were computed in, and after which preparation: scores compare only where it is the same. */
  readonly space: { readonly name: string; readonly key: string };
  readonly winner: {
    readonly algorithm: string;
    readonly params: string;
    readonly place: string;
    readonly k: number;
    readonly shares: readonly number[];
    readonly scores: Readonly<Record<string, number | null>>;
  } | null;
  readonly flags: readonly string[];
  /** Names by label, from the view; empty where there is none. */
  readonly names: Readonly<Record<number, string>>;
  /** One per row of the data; null without a winner. */
  readonly labels: Int32Array | null;
}

interface Selection {
  readonly experiment: string;
  readonly data: { readonly checksum: string; readonly rows: number };
  readonly rule: { readonly name: string };
  readonly outcome: string;
  readonly winner: {
    readonly algorithm: string;
    readonly prepare: string;
    readonly reduce: string;
    readonly params: string;
    readonly k: number;
    readonly space: string;
    readonly shares: readonly number[];
    readonly scores: Readonly<Record<string, number | null>>;
  } | null;
  readonly flags: readonly { readonly code: string }[];
  readonly config: {
    readonly prepare: Readonly<Record<string, unknown>>;
    readonly reduce?: unknown;
    readonly score: { readonly space: string };
  };
}

/**
 * Read results folders.
 *
 * @throws UserError `NOT_FOUND` for a folder without selection.json, `BAD_RESULTS` for one that cannot be read
 */
export async function readExperiments(folders: readonly string[]): Promise<ExperimentRecord[]> {
  return Promise.all(folders.map(readExperiment));
}

async function readExperiment(folder: string): Promise<ExperimentRecord> {
  const file = join(folder, "selection.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new UserError("NOT_FOUND", {
      what: `there are no results in ${folder}`,
      where: file,
      mend: "give a folder that a run wrote, such as results/credit-cards",
      cause,
    });
  });
  try {
    const selection = JSON.parse(text) as Selection;
    const { winner, config } = selection;
    const space = config.score.space;
    return {
      folder: basename(folder),
      name: selection.experiment,
      data: selection.data,
      rule: selection.rule.name,
      outcome: selection.outcome,
      space: {
        name: space,
        key: hashOf([selection.data.checksum, config.prepare[space] ?? [config.prepare, config.reduce]]),
      },
      winner: winner && {
        algorithm: winner.algorithm,
        params: winner.params,
        place: [winner.prepare, winner.reduce].filter((word) => word && word !== "none").join(" + "),
        k: winner.k,
        shares: winner.shares,
        scores: winner.scores,
      },
      flags: selection.flags.map(({ code }) => code),
      names: await namesIn(folder),
      labels: winner ? await labelsIn(folder, selection.data.rows) : null,
    };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError("BAD_RESULTS", {
      what: `these results cannot be read: ${(cause as Error).message}`,
      where: file,
      mend: "run the experiment again",
      cause,
    });
  }
}

/** assignments.csv: row number and segment, in row order. */
async function labelsIn(folder: string, rows: number): Promise<Int32Array> {
  const where = join(folder, "assignments.csv");
  const lines = (await readFile(where, "utf8")).trimEnd().split("\n").slice(1);
  const labels = Int32Array.from(lines, (line) => Number(line.slice(line.indexOf(",") + 1)));
  if (labels.length === rows && lines.every((line) => /^\d+,-?\d+$/.test(line))) return labels;
  throw new UserError("BAD_RESULTS", {
    what: `assignments.csv has ${labels.length} rows, the data ${rows}`,
    where,
    mend: "run the experiment again",
  });
}

async function namesIn(folder: string): Promise<Record<number, string>> {
  const text = await readFile(join(folder, "view.json"), "utf8").catch(() => null);
  if (text === null) return {};
  return Object.fromEntries(
    parseView(text, join(folder, "view.json")).segments.map(({ label, name }) => [label, name]),
  );
}
