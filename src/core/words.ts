/** Numbers and names as people read them. */

/**
 * A number for the eye: thousands separated, about three significant digits, no exponent.
 *
 * @example
 * readable(1234.567); // "1,235"
 * readable(0.04567); // "0.0457"
 * readable(-3); // "−3"
 */
export function readable(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  const exponent = Number(size.toExponential(digits - 1).split("e")[1]);
  const decimals = Math.max(0, digits - 1 - exponent);
  const text = size.toFixed(Math.min(decimals, 12));
  const [whole, part] = text.split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  const tail = part?.replace(/0+$/, "");
  return `${value < 0 ? "−" : ""}${grouped}${tail ? `.${tail}` : ""}`;
}

/** A share as a percentage: `12 %`, `0.4 %`, `<0.1 %`. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return "–";
  if (share > 0 && share < 0.001) return "<0.1 %";
  return `${share < 0.0995 ? readable(share * 100, 2) : Math.round(share * 100)} %`;
}

/** The name of a segment where none was given: `Segment 0` for label 0, as in files; `Noise` below. */
export function segmentName(label: number, names?: Readonly<Record<number, string>>): string {
  if (label < 0) return names?.[label] ?? "Noise";
  return names?.[label] ?? `Segment ${label}`;
}

/** A text cut to so many characters, with an ellipsis. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** The first letter as a capital. */
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The ways to meet a rule, one a piece; a comparison stays on its line. */
export const waysOf = (rule: string) => rule.replace(/ ([<≥]) /g, "\u00a0$1\u00a0").split("; or ");

/** "1 row", "2 rows". */
export const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** "a, b and c". */
export function listed(items: readonly string[]): string {
  if (items.length <= 1) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/** Text for a cell of a Markdown table: one line, no border, no markup. */
export function markdownCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
}
