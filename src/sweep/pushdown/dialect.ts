/**
 * How three families of engines spell what the statements need. A statement is a stack of layers, each a list of
 * named expressions over the layers below it, so that nothing is computed twice and every dialect can nest as it must.
 */

/** Name and SQL of an expression. */
export type Named = readonly [name: string, sql: string];

export interface Dialect {
  readonly name: "duckdb-array" | "portable" | "clickhouse";
  /** Coordinates of a row: one fixed-size array, kept in a table of the engine's own, or a column each. */
  readonly vectors: "array" | "columns";
  /** An SQL name. */
  quote(name: string): string;
  /** A double that reads back to the bit; a negative one stands in parentheses. */
  number(value: number): string;
  text(value: string): string;
  double(sql: string): string;
  /** Of an expression that is known to hold no NULL, one whose type says so. */
  sure(sql: string): string;
  /** The number of rows, as a double. */
  count(): string;
  /** Natural logarithm of 1 + x. */
  logOnePlus(sql: string): string;
  least(values: readonly string[]): string;
  greatest(a: string, b: string): string;
  /** Position from 0 of the first of `values` that equals `value`: ties go to the lowest index. */
  indexOf(values: readonly string[], value: string): string;
  /** MD5 of a text, 32 lower-case hexadecimal digits: the same on every engine. */
  md5(text: string): string;
  /** Whole numbers that change when any cell of any row changes, whatever the order of the rows; a list of texts. */
  fingerprint(columns: readonly string[]): readonly string[];
  /** Distance, or its square, between a vector and a constant one. */
  apart(vector: Vector, centre: ArrayLike<number>): string;
  /** From what `apart` gives to the distance and to its square. */
  distance(apart: string): string;
  square(apart: string): string;
  /**
   * `select` over layers over a FROM clause; `tail` holds WHERE, GROUP BY, ORDER BY and LIMIT, in the names of the
   * layers. Answers are read by position: a selected name of a layer may keep it.
   */
  layered(from: string, layers: readonly (readonly Named[])[], select: readonly Named[], tail?: string): string;
}

/** The coordinates of a row under one space, as SQL over the top layer. */
export interface Vector {
  readonly cols: number;
  /** One SQL expression per coordinate. */
  readonly at: readonly string[];
  /** The whole as one array, where the dialect has such. */
  readonly array?: string;
}

/** The shortest text that reads back as the same double. */
function roundTrip(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`no SQL literal for ${value}`);
  return String(value);
}

const signed = (value: number, text: string) => (value < 0 || Object.is(value, -0) ? `(${text})` : text);

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** An index of the first that equals, for engines without arrays. */
function caseIndex(values: readonly string[], value: string): string {
  return `CASE ${values.map((each, i) => `WHEN ${each} = ${value} THEN ${i}`).join(" ")} END`;
}

/** Σ (x − c)²: never |c|² − 2x·c + |x|², which loses half the digits. */
function sumOfSquares({ at }: Vector, centre: ArrayLike<number>, number: (value: number) => string): string {
  return at.map((x, j) => `(${x} - ${number(centre[j]!)}) * (${x} - ${number(centre[j]!)})`).join(" + ");
}

const names = (list: readonly Named[]) => list.map(([name, sql]) => `${sql} AS ${name}`).join(", ");

/** Nested SELECTs; the lowest layer keeps nothing but itself, so that no column of the table can be in the way. */
function nested(
  from: string,
  layers: readonly (readonly Named[])[],
  select: readonly Named[],
  tail: string,
  fence: string,
): string {
  let source = from;
  layers.forEach((layer, depth) => {
    source = `(SELECT ${depth === 0 ? "" : "l.*, "}${names(layer)} FROM ${source}${depth === 0 ? "" : " AS l"}${fence})`;
  });
  return `SELECT ${names(select)} FROM ${source}${layers.length > 0 ? " AS l" : ""} ${tail}`.trimEnd();
}

/** DuckDB: a row's coordinates are one `DOUBLE[d]`, three times as fast as a column each. */
export const duckdbArray: Dialect = {
  name: "duckdb-array",
  vectors: "array",
  quote: quoted,
  // Without an exponent 0.1 would be a DECIMAL.
  number: (value) => {
    const text = roundTrip(value);
    return signed(value, text.includes("e") ? text : `${text}e0`);
  },
  text: literal,
  double: (sql) => `CAST(${sql} AS DOUBLE)`,
  sure: (sql) => sql,
  count: () => "CAST(count(*) AS DOUBLE)",
  logOnePlus: (sql) => `ln(1e0 + ${sql})`,
  least: (values) => (values.length === 1 ? values[0]! : `least(${values.join(", ")})`),
  greatest: (a, b) => `greatest(${a}, ${b})`,
  indexOf: caseIndex,
  md5: (text) => `md5(${text})`,
  fingerprint: (columns) => [
    `CAST(sum(CAST(hash(${columns.join(", ")}) AS HUGEINT)) AS VARCHAR)`,
    `CAST(bit_xor(hash(${columns.join(", ")})) AS VARCHAR)`,
  ],
  apart: ({ array, cols }, centre) => {
    const values = Array.from(centre, (value) => roundTrip(value)).join(",");
    return `array_distance(${array}, [${values}]::DOUBLE[${cols}])`;
  },
  distance: (apart) => apart,
  square: (apart) => `${apart} * ${apart}`,
  layered: (from, layers, select, tail = "") => nested(from, layers, select, tail, ""),
};

/** SQL as most engines speak it, written for Postgres. */
export const portable: Dialect = {
  name: "portable",
  vectors: "columns",
  quote: quoted,
  number: (value) => signed(value, `${roundTrip(value)}::float8`),
  text: literal,
  double: (sql) => `CAST(${sql} AS double precision)`,
  sure: (sql) => sql,
  count: () => "CAST(count(*) AS double precision)",
  logOnePlus: (sql) => `ln(1::float8 + ${sql})`,
  least: (values) => (values.length === 1 ? values[0]! : `least(${values.join(", ")})`),
  greatest: (a, b) => `greatest(${a}, ${b})`,
  indexOf: caseIndex,
  md5: (text) => `md5(${text})`,
  fingerprint: (columns) => [
    `CAST(sum(hashtextextended(CAST(ROW(${columns.join(", ")}) AS text), 0)) AS text)`,
    `CAST(sum(hashtextextended(CAST(ROW(${columns.join(", ")}) AS text), 1)) AS text)`,
  ],
  apart: (vector, centre) => sumOfSquares(vector, centre, portable.number),
  distance: (apart) => `sqrt(${apart})`,
  square: (apart) => apart,
  // Without the fence Postgres folds the layers into one and computes every distance k times.
  layered: (from, layers, select, tail = "") => nested(from, layers, select, tail, " OFFSET 0"),
};

/**
 * ClickHouse from 18.16 on. A query of one level, its layers under WITH, is sent whole to every shard; a nested one
 * would bring all rows to the first.
 */
export const clickhouse: Dialect = {
  name: "clickhouse",
  vectors: "columns",
  quote: (name) => `\`${name.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``,
  number: (value) => signed(value, /[.e]/.test(roundTrip(value)) ? roundTrip(value) : `${roundTrip(value)}.`),
  text: (value) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`,
  double: (sql) => `toFloat64(${sql})`,
  sure: (sql) => `assumeNotNull(toFloat64(${sql}))`,
  count: () => "toFloat64(count())",
  logOnePlus: (sql) => `log(1. + ${sql})`,
  least: (values) => `arrayReduce('min', [${values.join(", ")}])`,
  greatest: (a, b) => `greatest(${a}, ${b})`,
  indexOf: (values, value) => `toInt32(indexOf([${values.join(", ")}], ${value})) - 1`,
  md5: (text) => `lower(hex(MD5(${text})))`,
  fingerprint: (columns) => {
    const cells = columns.map((column) => `ifNull(toString(${column}), '\\\\N')`).join(", ");
    return [`toString(sum(cityHash64(${cells})))`, `toString(groupBitXor(cityHash64(${cells})))`];
  },
  apart: (vector, centre) => sumOfSquares(vector, centre, clickhouse.number),
  distance: (apart) => `sqrt(${apart})`,
  square: (apart) => apart,
  layered: (from, layers, select, tail = "") => {
    const defined = layers.flat();
    const head = defined.length > 0 ? `WITH ${names(defined)} ` : "";
    // An expression with two names is lost between the shards: what has one keeps it.
    const known = new Set(defined.map(([name]) => name));
    const list = select.map(([name, sql]) => (known.has(sql) ? sql : `${sql} AS ${name}`)).join(", ");
    return `${head}SELECT ${list} FROM ${from} ${tail}`.trimEnd();
  },
};
