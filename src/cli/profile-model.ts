/** The work of `segmenta profile`: from a model, and the view beside it, to cards. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Model, parseView, type View } from "../pipeline/index.js";
import { jsonText } from "../results/tables.js";
import type { ProfileArguments } from "./commands/profile.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { readModel } from "./read-model.js";
import { type Card, cardsText } from "./render/cards.js";

/** How many columns a card shows. */
const SHOWN = 6;

/** Print the segments of a model; returns the exit code. */
export async function profileModel(options: ProfileArguments, io: Io): Promise<number> {
  const { model, path } = await readModel(options.target, io);
  const view = await viewBeside(path, model, io);
  const cards = view ? cardsOfView(view) : cardsOfModel(model);
  const fidelity = view?.rules ?? null;
  if (options.json) {
    io.out(jsonText({ model: model.name, hash: model.hash, segments: cards, rules: fidelity, noise: model.noise }));
    return EXIT.good;
  }
  io.out(`${cardsText({ model, cards, fidelity, top: options.top ?? SHOWN, columns: io.columns })}\n`);
  if (!view) io.err("note: there is no view.json of this model beside it, so medians are all there is to show\n");
  return EXIT.good;
}

/** The view in the same folder, if it was made with this very model. */
async function viewBeside(path: string, model: Model, io: Io): Promise<View | undefined> {
  const file = join(dirname(path), "view.json");
  const text = await readFile(pathFrom(io, file), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const view = parseView(text, file);
  return view.model === model.hash ? view : undefined;
}

function cardsOfView({ segments, features }: View): Card[] {
  return segments.map(({ label, name, size, share, reading, evidence, rule, profile, strongest, categories }) => {
    const place = new Map(features.map((feature, i) => [feature.name, i]));
    return {
      label,
      name,
      size,
      share,
      reading,
      evidence,
      rule,
      columns: strongest.map((feature) => {
        const i = place.get(feature)!;
        const { median, effect } = profile[i]!;
        return { feature, median, everyone: features[i]!.everyone.median, effect };
      }),
      categories,
    };
  });
}

/** What the model alone knows: sizes and medians, in the order of its columns. */
function cardsOfModel({ segments, input }: Model): Card[] {
  return segments.map(({ label, name, size, share, medians }) => ({
    label,
    name,
    size,
    share,
    reading: null,
    evidence: [],
    rule: null,
    columns: input.features.flatMap((feature) => {
      const median = medians[feature.name];
      if (feature.kind !== "number" || typeof median !== "number") return [];
      return [{ feature: feature.name, median, everyone: feature.median, effect: null }];
    }),
    categories: [],
  }));
}
