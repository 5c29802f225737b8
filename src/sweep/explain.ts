/** `--dry-run` and `--explain`: what would run, what is stored, and why. Pure. */
import { canonicalJson } from "../core/hash.js";
import type { KeyParts, Plan, Trial } from "./plan.js";
import { compareNatural } from "./rows.js";
import type { FitRecord } from "./store/records.js";
import type { Store } from "./store/store.js";

/** Parts in the order in which a difference is worth naming. */
const PARTS: readonly (keyof KeyParts)[] = ["data", "prepare", "reduce", "algorithm", "version", "params", "seed"];

/** How many parts two keys share; parameters that agree in part count for that part. */
function shared(a: KeyParts, b: KeyParts): number {
  const parts = PARTS.filter((part) => a[part] === b[part]).length;
  if (a.params === b.params) return parts;
  const { keys, changed } = comparedParams(a.params, b.params);
  return parts + (keys.length - changed.length) / (keys.length + 1);
}

/** Why a trial is not stored: the first part that differs from the nearest stored trial, old → new. */
export function whyMissing(trial: Trial, stored: readonly FitRecord[]): string {
  let nearest: FitRecord | undefined;
  let most = 0;
  for (const record of stored) {
    if (record.parts.algorithm !== trial.parts.algorithm) continue;
    const count = shared(record.parts, trial.parts);
    if (count > most) {
      nearest = record;
      most = count;
    }
  }
  if (!nearest) return stored.length === 0 ? "nothing is stored yet" : `no ${trial.algorithm.name} is stored yet`;
  const part = PARTS.find((name) => nearest.parts[name] !== trial.parts[name]);
  if (part === undefined) return "its journal line is lost";
  if (part === "params") return `params ${changedParams(nearest.parts.params, trial.parts.params)}`;
  return `${part} ${brief(nearest.parts[part])} → ${brief(trial.parts[part])}`;
}

/** `k 2 → 4`: the parameters that differ between two parameter sets. */
function changedParams(before: string, after: string): string {
  const { changed, a, b } = comparedParams(before, after);
  return changed.map((key) => `${key} ${String(a[key])} → ${String(b[key])}`).join(", ");
}

function comparedParams(before: string, after: string) {
  const [a, b] = [before, after].map((text) => JSON.parse(text) as Record<string, unknown>) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return { a, b, keys, changed: keys.filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key])) };
}

/** A hash by its first digits, other values as they are. */
function brief(value: string | number | null): string {
  const text = String(value);
  return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 8)}…` : text;
}

/**
 * The plan in words.
 *
 * @param options.each - one line per trial; otherwise one per algorithm and space
 */
export function explainPlan(
  plan: Plan,
  store: Pick<Store, "fit" | "fits">,
  options: { readonly each: boolean },
): string {
  // In an order of their own, so that the words do not depend on which thread finished first.
  const stored = [...store.fits()].sort((a, b) => compareNatural(canonicalJson(a.parts), canonicalJson(b.parts)));
  const lines: string[] = [];
  const groups = new Map<string, { cached: number; run: Trial[] }>();
  for (const trial of plan.trials) {
    const name = `${trial.algorithm.name} in ${trial.space}`;
    const group = groups.get(name) ?? { cached: 0, run: [] };
    groups.set(name, group);
    if (store.fit(trial.key)) group.cached++;
    else group.run.push(trial);
    if (!options.each) continue;
    const seed = trial.seed === null ? "" : ` seed=${trial.seed}`;
    const label = `${trial.algorithm.name} ${trial.paramsText}${seed} in ${trial.space}`;
    lines.push(store.fit(trial.key) ? `  cached  ${label}` : `  run     ${label}: ${whyMissing(trial, stored)}`);
  }
  for (const [name, { cached, run }] of groups) {
    const reason = run[0] ? `: ${whyMissing(run[0], stored)}` : "";
    if (!options.each) lines.push(`  ${name}: cached ${cached}, run ${run.length}${reason}`);
  }
  const cached = plan.trials.filter((trial) => store.fit(trial.key)).length;
  const head = `${plan.trials.length} trials: cached ${cached}, run ${plan.trials.length - cached}`;
  return `${[head, ...lines].join("\n")}\n`;
}
