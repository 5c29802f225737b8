/** A log of purchases among tables: who bought repeats, beside a date. Found by content, and by name where content cannot tell. */
import { type DayColumn, dayColumn, dayText } from "../core/days.js";
import type { Column, Table, TextColumn } from "../core/table.js";

export interface FoundLog {
  /** The column of the customer, and how many there are. */
  readonly per: string;
  readonly customers: number;
  readonly nameless: number;
  readonly date: string;
  readonly day: DayColumn;
  readonly undated: number;
  /** The day after the last. */
  readonly at: string;
  /** What was paid; undefined where no column of numbers looks like it. */
  readonly amount: string | undefined;
  readonly returns: boolean;
  /** Where the log has no amount, but how many and the price of one: their product is it. */
  readonly product: { readonly quantity: string; readonly price: string } | undefined;
  /** A text of a few kinds. */
  readonly category: string | undefined;
}

/** Rows per customer from which a table is a log. */
const REPEATS = 1.5;
/** Most kinds of a category; as many columns as a share makes by itself. */
const MOST_KINDS = 12;
/** Share of the texts of a column that must be days. */
const MOST_DAYS = 0.95;
/** Rows that must show a day before all are looked at. */
const PROBED = 1000;

// Words of names, in some languages of those who keep such logs.
const CUSTOMER =
  /(^|[^a-z])(cust|customers?|customer[a-z]*id|clients?|clientes?|kunden?|kunde[a-z]*|klient|klanten?|kund|asiakas|users?|members?|accounts?|acct|buyers?|shoppers?|households?|cards?|cardholder|persons?|contacts?|visitors?|guests?)([^a-z]|id|no|nr|$)/i;
const AMOUNT =
  /(amount|total|spend|spent|revenue|sales|price|paid|value|turnover|betrag|umsatz|preis|summe|montant|prix|importe|precio|valor|importo|prezzo|bedrag|omzet|belopp)/i;
const PRICE = /(price|preis|prix|precio|prezzo|pris|unit)/i;
const QUANTITY = /(quantity|qty|units|menge|anzahl|stueck|stück|cantidad|quantit[eéà]|antal|aantal)/i;
const ORDER = /(order|invoice|receipt|transaction|basket|ticket|booking|rechnung|bestell|beleg|facture|pedido)/i;

/** Codes that repeat in a table of customers as well. */
const OTHER =
  /(zip|plz|postal|postcode|year|jahr|sku|item|product|produkt|artikel|stock|article|store|shop|filiale|branch|code|region|city)/i;

/** Words apart, as `CustomerID` and `customer_id` are written. */
const spaced = (name: string) => name.replace(/([a-z])([A-Z])/g, "$1 $2");

/** The log that a table is; undefined where it is none. */
export function findLog(table: Table): FoundLog | undefined {
  const days = table.columns.flatMap((column) => {
    const texts = dateTexts(column);
    const day = texts && dayColumn(texts.slice(0, PROBED)) && dayColumn(texts);
    return day && day.days >= MOST_DAYS * day.present && day.days > 0 ? [{ column, day }] : [];
  });
  const found = days.toSorted((a, b) => b.day.present - a.day.present)[0];
  if (found === undefined) return undefined;
  const dates = new Set(days.map(({ column }) => column));
  const others = table.columns
    .filter((column) => !dates.has(column))
    .map((column) => ({ column, ...repetition(column) }));
  const many = others.filter(({ repeats, distinct }) => repeats && distinct > MOST_KINDS);
  const named = many.filter(({ column }) => CUSTOMER.test(spaced(column.name)));
  // Without a name that says so: codes that repeat, in a table where nothing names the rows as customers would.
  const isTable = others.some(
    ({ column, present, distinct }) =>
      distinct === present && present === table.rows && !ORDER.test(column.name) && isCode(column),
  );
  const coded = isTable
    ? []
    : many.filter(({ column }) => isCode(column) && !ORDER.test(column.name) && !OTHER.test(column.name));
  const [who] = (named.length > 0 ? named : coded).toSorted((a, b) => b.distinct - a.distinct);
  if (who === undefined) return undefined;

  const numbers = others.filter(
    ({ column }) => column.kind === "number" && column !== who.column && !ORDER.test(column.name),
  );
  const total = numbers.find(({ column }) => AMOUNT.test(column.name) && !PRICE.test(column.name));
  const price = numbers.find(({ column }) => PRICE.test(column.name) && !QUANTITY.test(column.name));
  const quantity = numbers.find(({ column }) => QUANTITY.test(column.name) && isWhole(column));
  const product =
    total === undefined && price !== undefined && quantity !== undefined
      ? { quantity: quantity.column.name, price: price.column.name }
      : undefined;
  const amount = total ?? price ?? numbers.find(({ column }) => !isWhole(column));
  const category = others.find(
    ({ column, distinct }) =>
      column.kind === "text" && column !== who.column && distinct >= 2 && distinct <= MOST_KINDS,
  );
  return {
    per: who.column.name,
    customers: who.distinct,
    nameless: table.rows - who.present,
    date: found.column.name,
    day: found.day,
    undated: table.rows - found.day.present,
    at: dayText(found.day.last + 1),
    amount: product === undefined ? amount?.column.name : "amount",
    returns: (product === undefined ? [amount] : [price, quantity]).some(
      (each) => each !== undefined && isBelow0(each.column),
    ),
    product,
    category: category?.column.name,
  };
}

/** A column's texts; of whole numbers such as 20260131 what they are written as. */
function dateTexts(column: Column): TextColumn["values"] | undefined {
  if (column.kind === "text") return column.values;
  const looks = (value: number) =>
    Number.isNaN(value) || (Number.isInteger(value) && value >= 19000101 && value < 21000101);
  return column.values.every(looks)
    ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)))
    : undefined;
}

function repetition(column: Column) {
  const values = new Set<number | string>();
  let present = 0;
  for (const value of column.values) {
    if (value === null || Number.isNaN(value)) continue;
    present++;
    values.add(value);
  }
  return { present, distinct: values.size, repeats: values.size > 1 && present >= REPEATS * values.size };
}

const isBelow0 = (column: Column) => column.kind === "number" && column.values.some((value) => value < 0);
const isWhole = (column: Column) =>
  column.kind === "number" && column.values.every((value) => Number.isNaN(value) || Number.isInteger(value));

/** Whole numbers of four digits or more, or texts of one word with a digit in most. */
function isCode(column: Column): boolean {
  if (column.kind === "number") return isWhole(column) && column.values.every((value) => !(value < 1000));
  let [codes, present] = [0, 0];
  for (const value of column.values) {
    if (value === null) continue;
    present++;
    if (/^\S*\d\S*$/.test(value)) codes++;
  }
  return codes > 0.9 * present;
}
