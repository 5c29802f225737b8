/**
 * How much worse is still no regression.
 *
 * A value may be worse by the largest of three allowances: an absolute one, a share of the baseline, and a number
 * of standard deviations over the baseline's seeds. By default the first two only forgive the rounding of the
 * tables, since the same data, code and seeds give the same bytes; the third forgives what another seed would do.
 */
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../../core/errors.js";
import { didYouMean } from "../../core/suggest.js";

export interface Tolerance {
  /** In the unit of the metric. */
  readonly abs: number;
  /** Share of the baseline's value. */
  readonly rel: number;
  /** Standard deviations over the baseline's seeds. */
  readonly noise: number;
}

export interface GateConfig {
  readonly default: Tolerance;
  /** By column of metrics.csv; null: not compared. */
  readonly metrics: Readonly<Record<string, Tolerance | null>>;
  /** Share of rows that may move to another segment. */
  readonly moved: number;
}

export const DEFAULT_GATE: GateConfig = {
  default: { abs: 1e-9, rel: 1e-9, noise: 2 },
  metrics: {},
  moved: 0,
};

const amount = z.number().min(0);
const tolerance = z.strictObject({ abs: amount.optional(), rel: amount.optional(), noise: amount.optional() });
const file = z.strictObject({
  default: tolerance.optional(),
  metrics: z.record(z.string(), z.union([tolerance, z.literal("ignore")])).optional(),
  moved: amount.max(1).optional(),
});

/** The gate's settings from a file, and from words such as `silhouette=0.01`, `davies_bouldin=2%` and `moved=1%`. */
export function gateFrom(
  source: { readonly text: string; readonly file: string } | undefined,
  words: readonly string[],
): GateConfig {
  return words.reduce(withWord, source === undefined ? DEFAULT_GATE : parseGate(source.text, source.file));
}

/**
 * Settings from the text of a gate file (YAML or JSON).
 *
 * @throws UserError `BAD_CONFIG`
 */
export function parseGate(text: string, shown: string): GateConfig {
  const bad = (what: string) =>
    new UserError("BAD_CONFIG", {
      what,
      where: shown,
      mend: "default: { abs, rel, noise }, metrics: { <column>: { abs, rel, noise } or ignore }, moved: <share of rows>",
    });
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (cause) {
    throw bad(`not valid YAML: ${(cause as Error).message.split("\n")[0]}`);
  }
  const parsed = file.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bad(`${issue!.path.join(".") || "the file"}: ${issue!.message.toLowerCase()}`);
  }
  const base = { ...DEFAULT_GATE.default, ...given(parsed.data.default ?? {}) };
  const metrics = Object.entries(parsed.data.metrics ?? {}).map(([name, entry]) => [
    name,
    entry === "ignore" ? null : { ...base, ...given(entry) },
  ]);
  return { default: base, metrics: Object.fromEntries(metrics), moved: parsed.data.moved ?? DEFAULT_GATE.moved };
}

/** Without keys that are undefined, so that they do not hide a default. */
const given = (entry: z.output<typeof tolerance>) =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));

function withWord(config: GateConfig, word: string): GateConfig {
  const [, name, number, percent] = /^([a-z][a-z0-9_]*)=(?:(\d+(?:\.\d+)?(?:e-?\d+)?)(%?)|ignore)$/.exec(word) ?? [];
  if (name === undefined) {
    throw new UserError("BAD_USAGE", {
      what: `"${word}" is not a tolerance`,
      where: "command line, --tolerance",
      mend: "a file, or column=amount: silhouette=0.01, davies_bouldin=2%, inertia=ignore, moved=1%",
    });
  }
  const value = Number(number) / (percent === "%" ? 100 : 1);
  // Ignored rows are rows that may all move.
  if (name === "moved" && number === undefined) return { ...config, moved: 1 };
  if (name === "moved" && value > 1) {
    throw new UserError("BAD_USAGE", {
      what: `moved is a share of the rows, got ${word}`,
      where: "command line, --tolerance",
      mend: "such as moved=0.05 or moved=5%",
    });
  }
  if (name === "moved") return { ...config, moved: value };
  const own = config.metrics[name] ?? config.default;
  const changed = number === undefined ? null : percent === "%" ? { ...own, rel: value } : { ...own, abs: value };
  return { ...config, metrics: { ...config.metrics, [name]: changed } };
}

/** @throws UserError `UNKNOWN_NAME` for a tolerance of a column that neither table has */
export function requireKnownColumns(config: GateConfig, columns: readonly string[]): void {
  for (const name of Object.keys(config.metrics)) {
    if (columns.includes(name)) continue;
    throw new UserError("UNKNOWN_NAME", {
      what: `a tolerance for "${name}", which is not a column of metrics.csv`,
      where: "the gate's settings",
      mend: didYouMean(name, columns),
    });
  }
}
