/**
 * How the cells of a column are read: which marks its numbers use, and which texts mean "missing". One list for files,
 * requests and imported labels; the SQL of `data/scan.ts` says the same to DuckDB, and a test holds the two together.
 */

/** How numbers are written: `1.234,56` has the decimal mark `,` and the grouping mark `.`. */
export interface NumberFormat {
  readonly decimal: "." | ",";
  /** Empty: digits are not grouped. Blanks and apostrophes group under either decimal mark. */
  readonly group: "" | "," | ".";
}

export const PLAIN: NumberFormat = { decimal: ".", group: "" };
/** 1,234.56 */
export const POINT: NumberFormat = { decimal: ".", group: "," };
/** 1.234,56 */
export const COMMA: NumberFormat = { decimal: ",", group: "." };

export const sameFormat = (a: NumberFormat, b: NumberFormat) => a.decimal === b.decimal && a.group === b.group;

/**
 * Texts that mean "missing" wherever they stand, besides the empty field: what programs write for it. Blanks around
 * them do not count.
 */
// biome-ignore format: one list, read at a glance
export const missingTexts = [
  "", "nan", "NaN", "NAN", "n/a", "N/A", "#N/A", "null", "Null", "NULL", "\\N", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!",
] as const;

/** And those that mean it among numbers alone. In a text column they are words: a tier called None, a country NA. */
export const missingNumbers = [...missingTexts, "na", "NA", "None", "none", "NONE", "?", "-", "--", "."] as const;

const textMarkers: ReadonlySet<string> = new Set(missingTexts);
const numberMarkers: ReadonlySet<string> = new Set(missingNumbers);

/** Blanks of every width, as spreadsheets write them between digits. */
export const BLANKS = "\u00a0\u2007\u2009\u202f";
/** Minus signs that are not the hyphen. */
export const MINUSES = "\u2212\u2013\ufe63\uff0d";
/** Signs and codes of currencies that may stand on either side of an amount. */
export const CURRENCY =
  "[$€£¥₹₽₩₺₪฿]|(?:US|A|C|AU|CA|NZ|HK|S|R)\\$|USD|EUR|GBP|usd|eur|gbp|CHF|JPY|CNY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|BRL|MXN|ZAR|SGD|HKD|TRY|KRW|kr|zł|Kč|Ft|Rs\\.?|Fr\\.?";

const blank = new RegExp(`[${BLANKS}]`, "g");
const minus = new RegExp(`[${MINUSES}]`, "g");
const before = new RegExp(`^([-+]?)\\s*(?:${CURRENCY})\\s*`);
const after = new RegExp(`\\s*(?:${CURRENCY}|%)$`);

/**
 * A number without what is written around it: `(1,234.50) €` → `-1,234.50`. Parentheses and a minus at the end mean below 0;
 * a percent sign is left out, so `12 %` is 12.
 */
export function bareNumber(text: string): string {
  let bare = text.replace(blank, " ").replace(minus, "-").trim();
  bare = bare.replace(after, "").replace(before, "$1");
  const inParentheses = /^\((.*)\)$/.exec(bare);
  if (inParentheses) bare = `-${inParentheses[1]!.trim()}`;
  const last = /^([^-].*?)\s*-$/.exec(bare);
  if (last) bare = `-${last[1]}`;
  return bare
    .replace(after, "")
    .replace(before, "$1")
    .replace(/^([-+])\s+/, "$1");
}

/** The shape of a bare number, as a regular expression of JavaScript and of DuckDB (RE2). */
export function numberShape({ decimal, group }: NumberFormat): string {
  const marks = `[ '’${group === "." ? "\\." : group}]`;
  const point = decimal === "." ? "\\." : ",";
  // 12,34,567: lakhs and crores.
  const lakhs = group === "," ? "|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}" : "";
  return `[-+]?(?:[0-9]{1,3}(?:${marks}[0-9]{3})+${lakhs}|[0-9]+)(?:${point}[0-9]*)?(?:[eE][-+]?[0-9]+)?|[-+]?${point}[0-9]+(?:[eE][-+]?[0-9]+)?`;
}

const shapes = new Map<string, RegExp>();

/** The number that a cell holds; NaN where it is missing, undefined where it is neither. */
export function readNumber(
  text: string,
  format: NumberFormat = PLAIN,
  alsoMissing: readonly string[] = [],
): number | undefined {
  const trimmed = text.trim();
  if (numberMarkers.has(trimmed) || alsoMissing.includes(trimmed)) return Number.NaN;
  const plain = Number(trimmed);
  // `Number` reads "0x10" as 16; a comma decimal never passes as a point decimal.
  if (sameFormat(format, PLAIN) && !Number.isNaN(plain) && !/[xob\s]/i.test(trimmed)) return plain;
  const key = `${format.decimal}${format.group}`;
  const shape = shapes.get(key) ?? new RegExp(`^(?:${numberShape(format)})$`);
  shapes.set(key, shape);
  const bare = bareNumber(trimmed);
  if (!shape.test(bare)) return undefined;
  const grouped = format.group === "" ? bare : bare.replaceAll(format.group, "");
  return Number(grouped.replace(/[ '’]/g, "").replace(",", "."));
}

/** The text that a cell holds; null where it is missing. `2.0` is the code 2 with a point that a float left behind. */
export function readText(text: string, alsoMissing: readonly string[] = []): string | null {
  const trimmed = text.trim();
  if (textMarkers.has(trimmed) || alsoMissing.includes(trimmed)) return null;
  return /^-?\d+\.0$/.test(trimmed) ? trimmed.slice(0, -2) : text;
}

/** `1.234,56` */
export function formatInWords({ decimal, group }: NumberFormat): string {
  return group === "" ? `1234${decimal}56` : `1${group}234${decimal}56`;
}
