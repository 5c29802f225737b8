/** CSV cells that a spreadsheet can open without running anything. */
import { csvField } from "../../core/csv.js";

/** What a spreadsheet takes for a formula: =, +, −, @, and a tab or return before them. */
const formula = /^[=+\-@\t\r]/;
const plainNumber = /^[+-]?\d+(\.\d+)?$/;

/**
 * A text as a CSV field. A leading sign that would make it a formula is put behind an apostrophe, unless the text is
 * a plain number; `asIs` leaves it.
 */
export function textField(text: string, asIs: boolean): string {
  const safe = !asIs && formula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return csvField(safe);
}
