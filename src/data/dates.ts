/**
 * Which days the texts of a column are: one form for the whole column, found by its content.
 *
 * Dates without a time zone are taken as written. Those with an offset from UTC are instants: whose day they belong to
 * depends on a time zone, and that is for the user to say.
 */
import { type DayForm, dayForms, OFFSET, TIME } from "../core/days.js";
import { UserError } from "../core/errors.js";
import { type DuckDBConnection, quoteText, smallAnswer } from "./duckdb.js";

export interface DateOptions {
  readonly zone?: string | undefined;
  readonly dates?: "day-first" | "month-first" | undefined;
}

/** SQL: the day of a text in this form, NULL where it has another or is no day of the calendar. */
function parsed(form: DayForm, text: string): string {
  const whole = quoteText(`^${form.day}${TIME}$`);
  const day = quoteText(`^${form.day}`);
  return `CASE WHEN regexp_matches(${text}, ${whole}) THEN CAST(try_strptime(regexp_extract(${text}, ${day}), ${quoteText(form.parse)}) AS DATE) END`;
}

const instant = (text: string) =>
  `regexp_full_match(${text}, ${quoteText(String.raw`\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?${OFFSET}`)})`;

/**
 * SQL that gives the day of each text of a column, NULL where it is missing.
 *
 * @param from - a table whose rows are in the order of the file
 * @param text - SQL: the text, NULL where missing
 * @param name - of the column, for messages
 * @throws UserError `NOT_DATE` naming the first texts that are no day, and where two readings fit
 */
export async function daySql(
  connection: DuckDBConnection,
  from: string,
  text: string,
  name: string,
  where: string,
  options: DateOptions = {},
): Promise<string> {
  // Told which way round, the other is no form at all.
  const other = options.dates === "day-first" ? "%m/%d/%Y" : options.dates === "month-first" ? "%d/%m/%Y" : undefined;
  const known = dayForms.filter(({ parse }) => parse !== other);
  const counts = known.map((form) => `count(${parsed(form, text)})`);
  const [answer] = await smallAnswer(
    connection,
    `SELECT count(${text}), count(*) FILTER (WHERE ${instant(text)}), ${counts.join(", ")} FROM ${from}`,
  );
  const [present = 0, instants = 0, ...fits] = answer!.map(Number);
  const exampleWhere = async (condition: string) => {
    const [first] = await smallAnswer(connection, `SELECT ${text} FROM ${from} WHERE ${condition} LIMIT 1`);
    return String(first![0]);
  };
  if (instants > 0 && options.zone === undefined) {
    throw new UserError("NOT_DATE", {
      what: `column "${name}" holds instants such as ${await exampleWhere(instant(text))}, and which day that is depends on the time zone`,
      where,
      mend: "name the one whose days count in data: zone: UTC, or such as zone: Europe/Berlin",
    });
  }
  const best = Math.max(...fits);
  const [form, rival] = known.filter((_, i) => fits[i] === best) as [DayForm, DayForm?];
  if (rival !== undefined && best > 0) {
    throw new UserError("NOT_DATE", {
      what: `column "${name}" can be read with the day or the month first, such as ${await exampleWhere(`${parsed(form, text)} IS NOT NULL`)}`,
      where,
      mend: "say which in data: dates: day-first, or dates: month-first",
    });
  }
  const read = parsed(form, text);
  const zoned = `CAST(timezone(${quoteText(options.zone ?? "UTC")}, TRY_CAST(${text} AS TIMESTAMPTZ)) AS DATE)`;
  const sql = instants > 0 ? `CASE WHEN ${instant(text)} THEN ${zoned} ELSE ${read} END` : read;
  if (best + instants === present) return sql;
  const wrong = await smallAnswer(
    connection,
    `SELECT row, value FROM (SELECT row_number() OVER () AS row, ${text} AS value, ${sql} AS day FROM ${from})
     WHERE value IS NOT NULL AND day IS NULL ORDER BY row LIMIT 3`,
  );
  if (wrong.length === 0) return sql;
  const examples = wrong.map(([row, value]) => `"${value}" in row ${row}`).join(", ");
  const others = `; ${best + instants} of ${present} are`;
  throw new UserError("NOT_DATE", {
    what: `column "${name}" is not all dates: ${examples}${others}`,
    where,
    mend: `dates are read as ${known.map((each) => each.name).join(", ")}, a time of day may follow; mend the value, or leave the field empty if it is missing`,
  });
}
