/**
 * JSON for people and for diffs: two spaces, one field a line, but a list of numbers (a row of a matrix) stays
 * on its line.
 */
export function formatJson(value: unknown, indent = ""): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    if (value.every((item) => item === null || typeof item !== "object")) {
      return `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    }
    return `[\n${value.map((item) => inner + formatJson(item, inner)).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return "{}";
  return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${formatJson(item, inner)}`).join(",\n")}\n${indent}}`;
}

/** The text without the spaces between its tokens; spaces inside strings stay. */
export function withoutSpaces(json: string): string {
  return json.replace(/("(?:\\.|[^"\\])*")|\s+/g, (_, text: string | undefined) => text ?? "");
}
