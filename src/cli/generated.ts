/** Files that follow from the registries; a script writes them and a test holds them current. */
import { algorithms } from "../cluster/registry.js";
import { formatReference, type ReferenceKey } from "../core/references.js";
import { reducers } from "../decomposition/registry.js";
import { metrics } from "../metrics/registry.js";
import { modelJsonSchema, viewJsonSchema } from "../pipeline/index.js";
import { steps } from "../preprocessing/registry.js";
import { experimentJsonSchema } from "../sweep/config/json-schema.js";
import { rules } from "../sweep/select/registry.js";
import { jsonText } from "../sweep/tables.js";

/** Path from the root of the repository → text. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ["schema/experiment.schema.json", jsonText(experimentJsonSchema())],
    ["schema/model.schema.json", jsonText(modelJsonSchema())],
    ["schema/view.schema.json", jsonText(viewJsonSchema())],
    ["docs/reference.md", referencePage()],
  ]);
}

/** The tables of what can be named in an experiment. */
function referencePage(): string {
  const cited = (keys: readonly ReferenceKey[]) => keys.map(formatReference).join(" · ") || "–";
  const simple = (entries: readonly { name: string; title: string; cites: readonly ReferenceKey[] }[]) => [
    "| name | what | paper |",
    "|---|---|---|",
    ...entries.map((e) => `| \`${e.name}\` | ${e.title} | ${cited(e.cites)} |`),
  ];
  const options = (shape: Record<string, unknown>) =>
    Object.keys(shape)
      .map((key) => `\`${key}\``)
      .join(", ");
  return [
    "# What can be named in an experiment",
    "",
    "Generated from the registries; `segmenta list algorithms kmeans` prints one entry with its options.",
    "",
    "## Algorithms",
    "",
    "| name | what | options | paper |",
    "|---|---|---|---|",
    ...algorithms.map((a) => `| \`${a.name}\` | ${a.title} | ${options(a.params.shape)} | ${cited(a.cites)} |`),
    "",
    "## Quality indices",
    "",
    "| name | what | better | range | favours | paper |",
    "|---|---|---|---|---|---|",
    ...metrics.map((m) => {
      const [first] = m.columns;
      const range = `${bound(first.range[0])} … ${bound(first.range[1])}`;
      return `| \`${m.name}\` | ${m.title} | ${first.better} | ${range} | ${m.favours} | ${cited(m.cites)} |`;
    }),
    "",
    "## Preparation steps",
    "",
    ...simple(steps),
    "",
    "## Reductions",
    "",
    ...simple(reducers),
    "",
    "## Selection rules",
    "",
    ...simple(rules),
    "",
  ].join("\n");
}

const bound = (value: number) =>
  value === Number.POSITIVE_INFINITY ? "∞" : value === Number.NEGATIVE_INFINITY ? "−∞" : String(value);
