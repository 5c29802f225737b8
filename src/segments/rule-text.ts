/** Conditions in words. The numbers are written out in full: what is printed is what is compared. */
export interface Condition {
  readonly feature: string;
  /** Of a text column: the condition is on having this text, 1, or another, 0; null for a number column. */
  readonly value: string | null;
  /** value ≥ min; null for no lower bound. */
  readonly min: number | null;
  /** value < max; null for no upper bound. */
  readonly max: number | null;
  /** Rows without a value meet it too; null where the data had none missing, so that nothing was learnt. */
  readonly missing: boolean | null;
}

/**
 * @example conditionsText([{ feature: "AGE", value: null, min: 40, max: null, missing: null }]); // "AGE ≥ 40"
 */
export function conditionsText(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? "everyone" : conditions.map(conditionText).join(" and ");
}

function conditionText({ feature, value, min, max, missing }: Condition): string {
  const known =
    value !== null
      ? `${feature} is ${min === null ? "not " : ""}${value}`
      : min !== null && max !== null
        ? `${exact(min)} ≤ ${feature} < ${exact(max)}`
        : min !== null
          ? `${feature} ≥ ${exact(min)}`
          : `${feature} < ${exact(max!)}`;
  return missing ? `(${known} or missing)` : known;
}

/** Every digit of a number, thousands separated. */
export function exact(value: number): string {
  const text = String(Math.abs(value));
  if (text.includes("e")) return String(value);
  const [whole, part] = text.split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "−" : ""}${grouped}${part === undefined ? "" : `.${part}`}`;
}
