/** Conditions in words. The numbers are written out in full: what is printed is what is compared. */
export interface Condition {
  readonly feature: string;
  /** value ≥ min; null for no lower bound. */
  readonly min: number | null;
  /** value < max; null for no upper bound. */
  readonly max: number | null;
  /** Rows without a value meet it too; null where the data had none missing, so that nothing was learnt. */
  readonly missing: boolean | null;
}

/**
 * @example conditionsText([{ feature: "PURCHASES", min: 1200, max: null, missing: null }]) // "PURCHASES ≥ 1,200"
 */
export function conditionsText(conditions: readonly Condition[]): string {
  return conditions.length === 0 ? "everyone" : conditions.map(conditionText).join(" and ");
}

function conditionText({ feature, min, max, missing }: Condition): string {
  const known =
    min !== null && max !== null
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
