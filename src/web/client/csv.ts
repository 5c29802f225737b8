/** A CSV file taken apart into its records and put together again with more columns. The cells stay as they were. */

/** Records as texts, line ends outside quotes cut off, empty lines left out: as the service counts rows. */
export function splitRecords(text: string): string[] {
  const records: string[] = [];
  let start = 0;
  let quoted = false;
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  for (let i = 0; i <= source.length; i++) {
    const end = i === source.length;
    if (!end && source[i] === '"') quoted = !quoted;
    if (!end && (source[i] !== "\n" || quoted)) continue;
    const record = source.slice(start, source[i - 1] === "\r" && i > start ? i - 1 : i);
    if (record !== "") records.push(record);
    start = i + 1;
  }
  return records;
}

/** Whichever of comma, semicolon, tab and bar the header holds most of. */
export function delimiterOf(header: string): string {
  const marks = [",", ";", "\t", "|"];
  const counts = marks.map((mark) => header.split(mark).length);
  return marks[counts.indexOf(Math.max(...counts))]!;
}

/** Append columns to every record. */
export function appendColumns(
  records: readonly string[],
  names: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  const delimiter = delimiterOf(records[0] ?? "");
  const field = (value: string | number | null) => {
    const text = value === null ? "" : String(value);
    return /["\n\r]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const line = (record: string, more: readonly (string | number | null)[]) =>
    `${[record, ...more.map(field)].join(delimiter)}\n`;
  return records.map((record, i) => line(record, i === 0 ? names : rows[i - 1]!)).join("");
}
