/** Fold text at word borders; lines after the first are indented. */
export function wrap(text: string, columns: number, indent: string): string {
  const lines: string[] = [];
  let line = "  ";
  for (const word of text.split(" ")) {
    if (line.trim() !== "" && line.length + word.length + 1 > columns) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}

/** A note for the error stream: from the first column on, its further lines indented. */
export const wrapNote = (text: string, columns: number) => wrap(text, columns, "    ").trimStart();
