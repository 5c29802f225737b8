/** Results folders, as the comparison page needs them. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { hashOf, type Json } from "../core/hash.js";
import { parseView } from "../pipeline/index.js";
import { readResults } from "../results/index.js";

export interface ExperimentRecord {
  /** The folder's name; experiments may come from several folders. */
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

/**
 * Read results folders.
 *
 * @throws UserError `NOT_FOUND` for a folder without selection.json, `BAD_RESULTS` for one that cannot be read
 */
export async function readExperiments(folders: readonly string[]): Promise<ExperimentRecord[]> {
  return Promise.all(folders.map(readExperiment));
}

async function readExperiment(folder: string): Promise<ExperimentRecord> {
  const { selection, labels } = await readResults(folder);
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
      key: hashOf([
        selection.data.checksum,
        config.prepare[space] ?? [config.prepare, config.reduce],
      ] as unknown as Json),
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
    labels,
  };
}

async function namesIn(folder: string): Promise<Record<number, string>> {
  const text = await readFile(join(folder, "view.json"), "utf8").catch(() => null);
  if (text === null) return {};
  return Object.fromEntries(
    parseView(text, join(folder, "view.json")).segments.map(({ label, name }) => [label, name]),
  );
}
