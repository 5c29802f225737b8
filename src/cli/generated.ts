/** Files that follow from the registries; a script writes them and a test holds them current. */
import { algorithms } from "../cluster/registry.js";
import { formatReference, type ReferenceKey } from "../core/references.js";
import { reducers } from "../decomposition/registry.js";
import { metrics } from "../metrics/registry.js";
import { modelJsonSchema, viewJsonSchema } from "../pipeline/index.js";
import { steps } from "../preprocessing/registry.js";
import { jsonText } from "../results/tables.js";
import { experimentJsonSchema } from "../sweep/config/json-schema.js";
import { rules } from "../sweep/select/registry.js";
import { type Declaration, flagOf, usageOf } from "./command.js";
import { commands } from "./commands/index.js";
import type { Option } from "./options.js";

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
    "# Reference",
    "",
    "Generated from the declarations of the commands and from the registries. `segmenta <command> --help` and",
    "`segmenta list algorithms kmeans` print the same.",
    "",
    "## Commands",
    "",
    ...commands.flatMap(({ declaration }) => commandSection(declaration)),
    "Exit codes of every command: 0 good · 1 a fault of segmenta · 2 a mistake to mend in the usage, config or data ·",
    "3 regressed (`diff`, `verify`, `--check`) · 4 incomplete · 130 interrupted.",
    "",
    "# What can be named in an experiment",
    "",
    "## Algorithms",
    "",
    "| name | what | options | paper |",
    "|---|---|---|---|",
    ...algorithms.map((a) => `| \`${a.name}\` | ${a.title} | ${options(a.params.shape)} | ${cited(a.cites)} |`),
    "",
    "What a fit costs, where it departs from its paper, and what else to consider:",
    "",
    ...algorithms.flatMap((a) => [
      `- **${a.name}**: ${a.complexity}`,
      ...a.departures.map((text) => `  - ${text}`),
      ...Object.entries(a.seeAlso).map(([name, when]) => `  - See also \`${name}\`: ${when}.`),
    ]),
    "",
    "## Metrics",
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

/** One command: how it is written, its words, its options. */
function commandSection(declaration: Declaration): string[] {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const row = (shown: string, { yargs }: Option<unknown>) => {
    const { describe = "", default: byDefault, demandOption, alias } = yargs;
    const notes = [
      ...(demandOption ? ["required"] : []),
      ...(byDefault === undefined ? [] : [`default: ${byDefault}`]),
      ...(alias === undefined ? [] : [`short: -${alias}`]),
    ];
    return `| \`${shown}\` | ${cell(describe)}${notes.length > 0 ? ` (${notes.join("; ")})` : ""} |`;
  };
  const rows = [
    ...Object.entries(declaration.words).map(([name, option]) => row(name, option)),
    ...Object.entries(declaration.options).map(([name, option]) => {
      const value = option.yargs.type === "boolean" ? "" : " …";
      return row(`--${flagOf(name)}${value}`, option);
    }),
  ];
  return [
    `### \`segmenta ${usageOf(declaration)}\``,
    "",
    `${declaration.summary.charAt(0).toUpperCase()}${declaration.summary.slice(1)}.`,
    "",
    "| | |",
    "|---|---|",
    ...rows,
    "",
  ];
}

const bound = (value: number) =>
  value === Number.POSITIVE_INFINITY ? "∞" : value === Number.NEGATIVE_INFINITY ? "−∞" : String(value);
