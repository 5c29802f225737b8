/**
 * Text files that are not UTF-8: DuckDB reads nothing else, so they are read from a copy. UTF-16 says so by its first two
 * bytes; what is neither is taken for Windows-1252, which spreadsheets write and of which Latin-1 is a part.
 */
import { isUtf8 } from "node:buffer";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

export type Encoding = "UTF-8" | "UTF-16" | "Windows-1252";

const CHUNK = 1 << 22;
const LINE_FEED = 0x0a;
/** What Windows-1252 has where Latin-1 has control characters, 0x80 to 0x9f. */
const WINDOWS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** @remarks reads the whole file, some tenths of a second a gigabyte */
export function encodingOf(path: string): Encoding {
  let before = Buffer.alloc(0);
  let first = true;
  for (const chunk of chunksOf(path)) {
    if (first && ((chunk[0] === 0xff && chunk[1] === 0xfe) || (chunk[0] === 0xfe && chunk[1] === 0xff)))
      return "UTF-16";
    first = false;
    const bytes = before.length > 0 ? Buffer.concat([before, chunk]) : chunk;
    // A line feed is never part of a longer character.
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0 && !isUtf8(bytes.subarray(0, end))) return "Windows-1252";
    before = Buffer.from(bytes.subarray(end));
  }
  return isUtf8(before) ? "UTF-8" : "Windows-1252";
}

/** A copy in UTF-8, in a folder of its own in the system's temporary folder; `remove` takes it away. */
export function copyAsUtf8(path: string, from: Exclude<Encoding, "UTF-8">): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "segmenta-utf8-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const copy = join(folder, "copy.csv");
  try {
    const file = openSync(copy, "w");
    try {
      const decode = from === "UTF-16" ? utf16() : windows1252;
      for (const chunk of chunksOf(path)) {
        const bytes = Buffer.from(decode(chunk), "utf8");
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { path: copy, remove };
}

const windows1252 = (bytes: Buffer) =>
  bytes.toString("latin1").replace(/[\x80-\x9f]/g, (char) => WINDOWS[char.charCodeAt(0) - 0x80]!);

function utf16(): (bytes: Buffer) => string {
  const decoder = new StringDecoder("utf16le");
  let swaps: boolean | null = null;
  return (bytes) => {
    const first = swaps === null;
    swaps ??= bytes[0] === 0xfe;
    // An odd byte at the end of a file is no character.
    const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
    const text = decoder.write(swaps ? Buffer.from(even).swap16() : even);
    return first ? text.replace(/^\uFEFF/, "") : text;
  };
}

/** Four megabytes each, but for the last. */
function* chunksOf(path: string): Generator<Buffer> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const buffer = Buffer.alloc(CHUNK);
      let length = 0;
      for (let got = -1; got !== 0 && length < CHUNK; length += got)
        got = readSync(file, buffer, length, CHUNK - length, null);
      if (length === 0) return;
      yield buffer.subarray(0, length);
      if (length < CHUNK) return;
    }
  } finally {
    closeSync(file);
  }
}
