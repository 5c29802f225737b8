/**
 * Days of the calendar as texts: the forms they are written in, and which of them a column uses. One form holds for a
 * whole column. A day is a whole number: days since 1970-01-01.
 */

/** The forms that are read, by an example; `parse` is how DuckDB spells it. A time of day may follow each. */
export const dayForms = [
  { name: "2026-01-31", day: String.raw`\d{4}-\d{1,2}-\d{1,2}`, parse: "%Y-%m-%d" },
  { name: "2026/01/31", day: String.raw`\d{4}/\d{1,2}/\d{1,2}`, parse: "%Y/%m/%d" },
  { name: "31.01.2026", day: String.raw`\d{1,2}\.\d{1,2}\.\d{4}`, parse: "%d.%m.%Y" },
  { name: "31/01/2026", day: String.raw`\d{1,2}/\d{1,2}/\d{4}`, parse: "%d/%m/%Y" },
  { name: "01/31/2026", day: String.raw`\d{1,2}/\d{1,2}/\d{4}`, parse: "%m/%d/%Y" },
  { name: "20260131", day: String.raw`(?:19|20)\d{6}`, parse: "%Y%m%d" },
] as const;

export type DayForm = (typeof dayForms)[number];

/** The pattern of a time of day, which need not be there. */
export const TIME = String.raw`(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?`;
/** The pattern of what makes a time an instant. */
export const OFFSET = String.raw`\s?(?:[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)`;

const patterns = new Map(
  dayForms.map((form) => [form.name as string, new RegExp(`^(${form.day})${TIME}(?:${OFFSET})?$`)]),
);
const MS = 86_400_000;

/**
 * The day of a text in one form; null where it has another, or is no day of the calendar. An offset is not looked at:
 * the day is the one written.
 *
 * @example dayOf("2026-01-31 10:00", dayForms[0]); // 20484
 */
export function dayOf(text: string, form: DayForm): number | null {
  const written = patterns.get(form.name)!.exec(text)?.[1];
  if (written === undefined) return null;
  const parts =
    form.name === "20260131" ? [written.slice(0, 4), written.slice(4, 6), written.slice(6)] : written.split(/\D/);
  const order = form.parse.replace(/[^Ymd]/g, "");
  const [year, month, date] = ["Y", "m", "d"].map((part) => Number(parts[order.indexOf(part)])) as [
    number,
    number,
    number,
  ];
  return month >= 1 && month <= 12 && date >= 1 && date <= daysIn(year, month)
    ? Date.UTC(year, month - 1, date) / MS
    : null;
}

/** The days of a month, by when the next begins. */
function daysIn(year: number, month: number): number {
  return (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / MS;
}

export interface DayColumn {
  readonly form: DayForm;
  /** Another form that fits as well: the same with day and month exchanged. */
  readonly rival: DayForm | null;
  readonly first: number;
  readonly last: number;
  /** Some texts are instants: a time with its offset from UTC. */
  readonly instants: boolean;
  /** Present texts, and those of them that are days. */
  readonly present: number;
  readonly days: number;
}

/** Which form a column's texts have, by the most that fit; null where none does. */
export function dayColumn(values: readonly (string | null)[]): DayColumn | null {
  const texts = values.filter((value) => value !== null);
  const tally = dayForms.map((form) => {
    let days = 0;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const text of texts) {
      const day = dayOf(text, form);
      if (day === null) continue;
      days++;
      first = Math.min(first, day);
      last = Math.max(last, day);
    }
    return { form, days, first, last };
  });
  const most = Math.max(...tally.map(({ days }) => days));
  if (most === 0) return null;
  const [best, rival] = tally.filter(({ days }) => days === most);
  const instant = new RegExp(`\\d:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?${OFFSET}$`);
  return {
    ...best!,
    rival: rival?.form ?? null,
    instants: texts.some((text) => instant.test(text)),
    present: texts.length,
  };
}

export interface Calendar {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly date: number;
  /** Monday is 1, Sunday 7. */
  readonly weekday: number;
}

/** Year, month and day of the month. Years from 1 to 9999. */
export function calendarOf(day: number): Calendar {
  let year = 1970 + Math.floor(day / 365.2425);
  while (Date.UTC(year, 0, 1) / MS > day) year--;
  while (Date.UTC(year + 1, 0, 1) / MS <= day) year++;
  let month = 12;
  while (Date.UTC(year, month - 1, 1) / MS > day) month--;
  // 1970-01-01 was a Thursday.
  return { year, month, date: day - Date.UTC(year, month - 1, 1) / MS + 1, weekday: ((((day + 3) % 7) + 7) % 7) + 1 };
}

/** `2026-01-31` of a day. */
export function dayText(day: number): string {
  const { year, month, date } = calendarOf(day);
  const padded = (value: number, width: number) => String(value).padStart(width, "0");
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(date, 2)}`;
}

/** A day so many months before; the last of its month where that is too short. */
export function monthsBefore(day: number, months: number): number {
  const { year, month, date } = calendarOf(day);
  const all = year * 12 + month - 1 - months;
  const [newYear, newMonth] = [Math.floor(all / 12), (all % 12) + 1];
  return Date.UTC(newYear, newMonth - 1, Math.min(date, daysIn(newYear, newMonth))) / MS;
}

/** The day of `2026-01-31`; null for another text. */
export const dayNumber = (text: string): number | null =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) ? dayOf(text, dayForms[0]) : null;
