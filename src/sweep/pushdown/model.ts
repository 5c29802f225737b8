/**
 * From a decision in an engine to model.json. Centres, sizes, ranges and what the preparation learnt are of all rows;
 * medians, quantiles, profiles and names are of the sample, and the provenance says so.
 */
import { UserError } from "../../core/errors.js";
import { hashOf } from "../../core/hash.js";
import { canonicalLabels, type Labels } from "../../core/labels.js";
import { buildModel, type Model, measureAgreement } from "../../pipeline/index.js";
import { type Domain, profileSegments } from "../../segments/index.js";
import { type NamedSegment, nameSegments } from "../model.js";
import type { EngineTable } from "./engine.js";
import { layerOf } from "./prepare.js";
import type { PushdownResult } from "./run.js";
import { momentsSql, readMoments } from "./statements.js";
import { centreMatrix } from "./trial.js";

/** The model of the winner, and its segments; null when nothing was chosen. */
export async function pushdownModel(
  { sweep, spaces, sample, winner }: PushdownResult,
  table: EngineTable,
  domain: Domain | undefined,
): Promise<{ model: Model; segments: readonly NamedSegment[] } | null> {
  if (!winner || !sweep.winner) return null;
  const { trial } = sweep.winner;
  const space = spaces.get(trial.space)!;
  const labels = requireAll(winner.labels, winner.trial.centres.k);
  const profiles = profileSegments(sample, labels);
  const named = new Map(nameSegments(profiles, sweep, domain).names.map(({ label, name }) => [label, name]));
  const names = Array.from({ length: winner.trial.centres.k }, (_, label) => named.get(label)!);
  const assignment = { rule: "nearest-centre", centres: centreMatrix(winner.trial.centres) } as const;
  const drawn = buildModel({
    name: sweep.experiment.name,
    table: sample,
    preparation: space.preparation,
    reduction: space.reduction,
    algorithm: {
      name: trial.algorithm.name,
      version: trial.algorithm.version,
      params: trial.params,
      seed: trial.seed ?? 0,
    },
    assignment,
    labels,
    names,
    agreement: measureAgreement(space.sample, labels, assignment),
    provenance: {
      experiment: sweep.experiment.name,
      data: { checksum: sweep.dataChecksum, rows: sweep.tableFacts.rows },
      engine: table.engine.name,
      sample: { rows: sample.rows, of: "quantiles, medians, profiles, names and agreement" },
      rule: { name: sweep.experiment.select.rule.name, hash: sweep.experiment.select.hash },
      space: sweep.experiment.score.space,
      fittedIn: trial.space,
      trial: trial.key,
      labels: sweep.winner.fit!.labels,
    },
  });
  const model = await ofAllRows(drawn, table, winner.trial.sizes);
  const segments = model.segments.map(({ name, size, share }) => ({ name, size, share }));
  return { model, segments };
}

/** Sizes, shares and ranges of all rows in place of the sample's. */
async function ofAllRows({ hash: _, ...drawn }: Model, table: EngineTable, sizes: Float64Array): Promise<Model> {
  const columns = drawn.input.features.map(({ name }) => table.columns.find((column) => column.name === name)!);
  const { rows, names } = layerOf(table.from, columns);
  const answer = await table.engine.query(momentsSql(table.engine.dialect, rows, names));
  const { n, moments } = readMoments(answer, columns.length);
  const whole = {
    ...drawn,
    input: {
      // A row number is no column that new rows bring.
      id: table.id.name,
      features: drawn.input.features.map((feature, j) =>
        feature.kind === "number" ? { ...feature, min: moments[j]!.min + 0, max: moments[j]!.max + 0 } : feature,
      ),
    },
    segments: drawn.segments.map((segment) => ({
      ...segment,
      size: sizes[segment.label]!,
      share: sizes[segment.label]! / n,
    })),
  };
  return { ...whole, hash: hashOf(whole) };
}

/** A cluster so small that the sample has none of it has no profile to be named by. */
function requireAll(labels: Labels, k: number): Labels {
  const canonical = canonicalLabels(labels);
  const found = new Set(canonical).size;
  if (found === k) return canonical;
  throw new UserError("TOO_FEW_ROWS", {
    what: `${k - found} of ${k} segments are so small that none of the ${labels.length} sampled rows is theirs: they cannot be described`,
    where: "select.minClusterShare",
    mend: "raise it, so that no such candidate is chosen",
  });
}
