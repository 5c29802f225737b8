/** The smallest PNG writers, one zlib block each: every colour as it is, or a palette of 256 for small files. */
import { crc32, deflateSync } from "node:zlib";

/** @param rgba - width × height × 4 bytes, rows from the top */
export function encodePng(width: number, height: number, rgba: Uint8ClampedArray): Buffer {
  const raw = Buffer.alloc(height * (1 + width * 4));
  for (let row = 0; row < height; row++) {
    // Each row begins with its filter; 0 is none.
    raw.set(rgba.subarray(row * width * 4, (row + 1) * width * 4), row * (1 + width * 4) + 1);
  }
  return file(width, height, 6, [["IDAT", deflateSync(raw, { level: 9 })]]);
}

const paletteSize = 256;

/**
 * A picture of few colours, a fourth of the size or less: charts are mostly paper, ink and a dozen colours, and the
 * shades between them at edges. Colours beyond the most frequent 256 (to 6 bits) give way to the nearest of those.
 *
 * @param rgba - width × height × 4 bytes, rows from the top; transparency counts for nothing
 */
export function encodeSmallPng(width: number, height: number, rgba: Uint8Array): Buffer {
  const bins = new Uint32Array(width * height);
  const counts = new Uint32Array(262144);
  // Of each bin the colour of most of its pixels, by Boyer and Moore's vote: flat areas keep their very colour.
  const colours = new Uint32Array(262144);
  const votes = new Int32Array(262144);
  for (let i = 0; i < bins.length; i++) {
    const [r, g, b] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!];
    const bin = ((r >> 2) << 12) | ((g >> 2) << 6) | (b >> 2);
    const colour = (r << 16) | (g << 8) | b;
    bins[i] = bin;
    counts[bin]!++;
    if (votes[bin] === 0) colours[bin] = colour;
    votes[bin]! += colour === colours[bin] ? 1 : -1;
  }
  const used = [...counts.keys()].filter((bin) => counts[bin]! > 0);
  const kept = used.sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, paletteSize);
  const place = new Uint8Array(262144);
  for (const bin of used) place[bin] = nearest(colours[bin]!, kept, colours);
  const raw = Buffer.alloc(height * (1 + width));
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < width; x++) raw[row * (1 + width) + 1 + x] = place[bins[row * width + x]!]!;
  }
  const palette = Buffer.alloc(3 * kept.length);
  for (const [i, bin] of kept.entries()) palette.writeUIntBE(colours[bin]!, 3 * i, 3);
  return file(width, height, 3, [
    ["PLTE", palette],
    ["IDAT", deflateSync(raw, { level: 9 })],
  ]);
}

function nearest(colour: number, kept: readonly number[], colours: Uint32Array): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < kept.length && least > 0; i++) {
    const other = colours[kept[i]!]!;
    const r = (colour >> 16) - (other >> 16);
    const g = ((colour >> 8) & 255) - ((other >> 8) & 255);
    const b = (colour & 255) - (other & 255);
    const distance = 2 * r * r + 4 * g * g + 3 * b * b;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** @param kind - PNG's colour type: 6 for RGBA, 3 for a palette */
function file(width: number, height: number, kind: 3 | 6, chunks: readonly (readonly [string, Buffer])[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, kind, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    ...chunks.map(([type, data]) => chunk(type, data)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
