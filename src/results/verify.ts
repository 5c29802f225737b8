/** Is a results folder what it claims to be: of this data, this config, this rule, this code, and all of one piece? */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isUserError } from "../core/errors.js";
import { hashLabels, sha256 } from "../core/hash.js";
import type { Labels } from "../core/labels.js";
import { type Table, tableChecksum } from "../core/table.js";
import { type LoadedModel, loadModel } from "../pipeline/index.js";
import type { Domain } from "../segments/index.js";
import { configChanges } from "../sweep/config/describe.js";
import { inWords } from "../sweep/config/differences.js";
import type { Experiment } from "../sweep/config/experiment.js";
import type { Executor } from "../sweep/execute.js";
import { planSweep } from "../sweep/plan.js";
import { runSweep } from "../sweep/run.js";
import { openStore } from "../sweep/store/file-store.js";
import { JournalReader } from "../sweep/store/journal.js";
import type { RunRecord } from "../sweep/store/records.js";
import { outputOf } from "./output.js";
import { parseResults, type StoredResults } from "./read.js";
import { ruleOfResults } from "./write.js";

/** The files of a results folder that are verified. */
const FILES = [
  "metrics.csv",
  "selection.json",
  "assignments.csv",
  "curves.csv",
  "summary.md",
  "model.json",
  "view.json",
] as const;

export interface Check {
  readonly what: string;
  /** `unchecked` says why it could not be looked at; that is no failure. */
  readonly state: "same" | "differs" | "unchecked";
  readonly detail: string;
}

export interface VerifyOptions {
  readonly experiment: Experiment;
  readonly table: Table;
  readonly domain?: Domain | undefined;
  /** Path of the results folder. */
  readonly folder: string;
  /** Folder of package-lock.json. */
  readonly cwd: string;
}

const same = (what: string, detail: string): Check => ({ what, state: "same", detail });
const differs = (what: string, detail: string): Check => ({ what, state: "differs", detail });
const unchecked = (what: string, detail: string): Check => ({ what, state: "unchecked", detail });

/** A hash by its first digits. */
const brief = (hash: string | null | undefined) => (hash ? `${hash.slice(0, 8)}…` : "none");

const equal = (what: string, stored: string, found: string): Check =>
  stored === found ? same(what, brief(found)) : differs(what, `${brief(stored)} → ${brief(found)}`);

/**
 * Recompute what can be recomputed and name what differs. Nothing is written or fitted.
 *
 * @returns null when there are no results in the folder
 * @throws UserError `BAD_RESULTS` for files that cannot be read at all
 */
export async function verifyResults(options: VerifyOptions): Promise<Check[] | null> {
  const { experiment, table, folder } = options;
  const files = new Map<string, string>();
  for (const name of FILES) {
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (text !== undefined) files.set(name, text);
  }
  const snapshot = parseResults(folder, files);
  if (snapshot === null) return null;
  const { selection } = snapshot;

  const data = equal("data", selection.data.checksum, tableChecksum(table));
  const rule = equal("rule", selection.rule.hash, experiment.select.hash);
  const afterwards = selection.flags
    .filter(({ code }) => code === "RULE_CHANGED")
    .map(({ message }) => differs("rule", message));
  const changes = configChanges(selection.config, experiment);
  const config =
    changes.length === 0 ? same("config", "as resolved") : differs("config", changes.map(inWords).join("; "));
  const isOurs = [data, rule, config].every(({ state }) => state === "same");
  return [
    data,
    rule,
    ...afterwards,
    config,
    await checkLockfile(options, selection.data.checksum),
    ...checkChoice(snapshot),
    ...checkModel(files.get("model.json"), snapshot, data.state === "same" ? table : null),
    ...(isOurs ? await checkJournals(options, files) : [unchecked("journals", "the results are of other inputs")]),
  ];
}

/** The packages at hand, against those of the runs whose fits these results are made from. */
async function checkLockfile({ experiment, folder, cwd }: VerifyOptions, checksum: string): Promise<Check> {
  const keys = new Set(planSweep(experiment, checksum).trials.map(({ key }) => key));
  const runs = new Map<string, RunRecord>();
  const used = new Set<string>();
  const reader = new JournalReader(join(folder, ".runs"), experiment.name, (record, file) => {
    if (record.type === "run") runs.set(file, record);
    else if (record.type === "fit" && keys.has(record.key)) used.add(file);
  });
  await reader.read();
  const stored = [...runs]
    .filter(([file]) => used.has(file))
    .map(([, run]) => run["lockfile"] as string | null | undefined);
  if (stored.length === 0) return unchecked("lockfile", "no journal here");
  const now = await readFile(join(cwd, "package-lock.json")).then(sha256, () => null);
  const other = stored.find((hash) => (hash ?? null) !== now);
  return other === undefined ? same("lockfile", brief(now)) : differs("lockfile", `${brief(other)} → ${brief(now)}`);
}

/** The decision against the tables: the winner's row, its scores, its labels. */
function checkChoice({ selection, rows, labels }: StoredResults): Check[] {
  const { winner } = selection;
  if (winner === null) {
    return [
      labels === null
        ? same("assignments", "none, as nothing was chosen")
        : differs("assignments", "nothing was chosen"),
    ];
  }
  const own = rows.find(
    (row) =>
      row.algorithm === winner.algorithm &&
      row.prepare === winner.prepare &&
      row.reduce === winner.reduce &&
      row.params === winner.params &&
      row.seed === winner.seed &&
      row.space === winner.space,
  );
  const scores = Object.entries(winner.scores).filter(([name, value]) => own && own.scores[name] !== value);
  const decision = !own
    ? differs("decision", "the winner has no row in metrics.csv")
    : scores.length > 0
      ? differs(
          "decision",
          scores
            .map(([name, value]) => `${name} ${own.scores[name]} in metrics.csv, ${value} in selection.json`)
            .join("; "),
        )
      : own.labels !== winner.labels.slice(0, own.labels?.length)
        ? differs("decision", "the labels' hash is another in metrics.csv")
        : same("decision", "as in metrics.csv");
  const assignments =
    labels === null
      ? differs("assignments", "assignments.csv is missing")
      : equal("assignments", winner.labels, hashLabels(labels));
  return [decision, assignments];
}

/** The model's hash and golden rows, and its answers for the rows it was made from. */
function checkModel(text: string | undefined, { selection, labels }: StoredResults, table: Table | null): Check[] {
  const { winner } = selection;
  if (winner === null) return text === undefined ? [] : [differs("model", "there is one, but nothing was chosen")];
  if (text === undefined) return [differs("model", "model.json is missing")];
  let loaded: LoadedModel;
  try {
    loaded = loadModel(text);
  } catch (error) {
    if (isUserError(error)) return [differs("model", error.message)];
    throw error;
  }
  const { model, compiled } = loaded;
  const { provenance } = model as { provenance: { data?: { checksum?: string }; labels?: string } };
  if (provenance.data?.checksum !== selection.data.checksum || provenance.labels !== winner.labels) {
    return [differs("model", "it was made from other results than these")];
  }
  const sound = same("model", `${brief(model.hash)}, golden rows give their answers`);
  if (table === null || labels === null) return [sound, unchecked("predictions", "the data are others")];
  return [sound, checkPredictions(compiled.predictTable(table).labels, labels, model.agreement)];
}

/** A rule for new rows need not give back all labels of the fit; how many it does is on record. */
function checkPredictions(found: Labels, labels: Labels, agreement: { training: number; rows: number }): Check {
  let alike = 0;
  for (let i = 0; i < labels.length; i++) if (found[i] === labels[i]) alike++;
  const detail = `${alike} of ${labels.length} rows get their segment back`;
  // Of very long tables the model's agreement is measured on a draw.
  const recorded = Math.round(agreement.training * agreement.rows);
  if (agreement.rows === labels.length && alike !== recorded) {
    return differs("predictions", `${detail}; the model says ${recorded}`);
  }
  return same("predictions", detail);
}

class WorkIsMissing extends Error {}

/** What the journals would write today, byte for byte against what is there. */
async function checkJournals(options: VerifyOptions, files: ReadonlyMap<string, string>): Promise<Check[]> {
  const { experiment, table, domain, folder } = options;
  const store = await openStore(folder, experiment.name, { readOnly: true });
  const plan = planSweep(experiment, tableChecksum(table));
  const known = plan.trials.filter(({ key }) => store.fit(key) ?? store.incomplete(key)).length;
  if (known === 0) return [unchecked("journals", "none here: a fresh clone has only the tables")];
  const executor: Executor = {
    jobs: 1,
    fitsAtOnce: 1,
    run: () => Promise.reject(new WorkIsMissing()),
    close: async () => {},
  };
  try {
    const earlierRule = await ruleOfResults(folder, tableChecksum(table));
    const result = await runSweep({ experiment, table, store, executor, only: () => false, earlierRule });
    const { files: rebuilt } = await outputOf(result, table, store, domain);
    const other = FILES.filter((name) => rebuilt.get(name) !== files.get(name));
    if (other.length === 0) return [same("journals", `${known} trials give these files, byte for byte`)];
    return [differs("journals", `they give another ${other.join(", ")}`)];
  } catch (error) {
    if (error instanceof WorkIsMissing)
      return [unchecked("journals", "they are incomplete; a run would compute what is missing")];
    throw error;
  } finally {
    await store.close();
  }
}
