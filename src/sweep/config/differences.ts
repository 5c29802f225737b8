/** Where two JSON values differ. Pure. */
import { canonicalJson } from "../../core/hash.js";

export interface Difference {
  /** `sweep.kmeans[2].k` */
  readonly path: string;
  /** As JSON; undefined where there is nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The places where two values differ, as deep as both have the same shape, in the order of keys. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  const [a, b] = [text(before), text(after)];
  if (a === b) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, i) => differences(item, after[i], `${path}[${i}]`));
  }
  return [{ path, before: a, after: b }];
}

const text = (value: unknown) => (value === undefined ? undefined : canonicalJson(value));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `select.rule "majority" → "borda"`: a difference in words, long values by their first letters. */
export function inWords({ path, before, after }: Difference): string {
  return `${path === "" ? "all" : path} ${brief(before)} → ${brief(after)}`;
}

/** The first difference in words, and how many more there are; undefined without any. */
export function inBrief([first, ...more]: readonly Difference[]): string | undefined {
  return first && `${inWords(first)}${more.length > 0 ? `, and ${more.length} more` : ""}`;
}

/** Longest value that is shown whole. */
const LONGEST = 40;

function brief(value: string | undefined): string {
  if (value === undefined) return "(none)";
  if (value.length <= LONGEST) return value;
  const parsed: unknown = JSON.parse(value);
  return Array.isArray(parsed) ? `(${parsed.length} entries)` : `${value.slice(0, LONGEST)}…`;
}
