/**
 * Columns that tell rows apart and say nothing of them: customer numbers, row counters, codes of places. As features they
 * would decide, since they differ most.
 */
import type { Column, Table } from "../core/table.js";

export interface IdLike {
  readonly name: string;
  /** `id`: different in every row; `repeated`: an id in name, with rows that repeat it; `code`: a number that names a kind or a place. */
  readonly kind: "id" | "repeated" | "code";
  readonly why: string;
}

/** Words for an id at the end of a name, in the languages of the spreadsheets that one meets; in camel case or apart. */
const ID_WORDS =
  "id|ids|uuid|guid|key|num|number|nr|no|code|ref|index|idx|nummer|kennung|schluessel|schlüssel|numero|número|numéro|identifiant|identificador|codigo|código|codice|matricule|cislo|číslo|numer|nro";
const BY_WORD = new RegExp(`(^|[\\s_.#-])(${ID_WORDS})$`, "i");
const CAMEL = /[a-z](ID|Id|Num|Number|Nr|No|Key|Code|Ref|Index|Nummer)$/;
const SHOUTED =
  /^(client|customer|cust|account|acct|card|member|row|user|order|kunden|konto|cliente|klient)(id|num|number|nr|no|key|code|nummer|ref)$/i;
/** The first column that pandas, R and spreadsheets write without a name. */
const NAMELESS = /^(column_1|unnamed: ?\d+|index|rownames?|row|rowid|x|\.\.\.1|#)$/i;
/** Codes of places. */
const PLACE = /(^|[\s_.-])(zip|zipcode|zip code|postal|postcode|post code|plz|cep|cap|postnr|psc)([\s_.-]?code)?$/i;

const isCalledId = (name: string) => BY_WORD.test(name) || CAMEL.test(name) || SHOUTED.test(name);

/**
 * The columns that look like ids or codes, in table order. A column whose values merely all differ is not one of them if it
 * holds amounts.
 *
 * @remarks O(n log n) a column
 */
export function idLikeColumns(table: Table): IdLike[] {
  return table.columns.flatMap((column, j): IdLike[] => {
    const { name } = column;
    const facts = factsOf(column, table.rows);
    if (PLACE.test(name) && (column.kind === "text" || facts.whole)) {
      return [{ name, kind: "code", why: "a code of a place is not a quantity" }];
    }
    if (!facts.unique && facts.distinct >= 0.9 * table.rows && table.rows >= 10 && isCalledId(name)) {
      if (column.kind === "text" || facts.whole) {
        const again = table.rows - facts.distinct;
        return [
          {
            name,
            kind: "repeated",
            why: `called so, but ${again} of ${table.rows} rows have none or that of an earlier row`,
          },
        ];
      }
    }
    if (!facts.unique || table.rows < 3) return [];
    if (column.kind === "text") return [{ name, kind: "id", why: "different in every row" }];
    if (!facts.whole) return [];
    if (isCalledId(name)) return [{ name, kind: "id", why: "different in every row, and called so" }];
    if (NAMELESS.test(name) && j === 0)
      return [{ name, kind: "id", why: "different in every row, in a first column without a name" }];
    if (facts.counts && table.columns.length > 1) return [{ name, kind: "id", why: "counts the rows" }];
    return [];
  });
}

function factsOf(column: Column, rows: number): { unique: boolean; whole: boolean; counts: boolean; distinct: number } {
  if (column.kind === "text") {
    const kinds = new Set(column.values);
    kinds.delete(null);
    return { unique: kinds.size === rows, whole: false, counts: false, distinct: kinds.size };
  }
  const sorted = Float64Array.from(column.values).sort();
  let unique = column.valid === null;
  let whole = true;
  let distinct = 0;
  for (let i = 0; i < rows; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) unique = false;
    else if (!Number.isNaN(sorted[i])) distinct++;
    if (!Number.isNaN(sorted[i]) && !Number.isInteger(sorted[i])) whole = false;
  }
  const counts = unique && whole && column.values.every((value, i) => value === column.values[0]! + i);
  return { unique, whole, counts, distinct };
}

/** How many rows equal an earlier one in every column but those named. */
export function equalRows(table: Table, but: readonly string[]): number {
  const columns = table.columns.filter(({ name }) => !but.includes(name));
  if (columns.length === 0) return 0;
  const seen = new Set<string>();
  for (let i = 0; i < table.rows; i++) seen.add(JSON.stringify(columns.map(({ values }) => `${values[i]}`)));
  return table.rows - seen.size;
}
