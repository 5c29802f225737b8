/**
 * Just enough of the Protocol Buffers wire format to write an ONNX file: whole numbers, bytes, texts and messages
 * within messages. A message is a list of fields; each is written as (number, type) and its value.
 */

/** One written field. */
export type Field = Uint8Array;

const utf8 = new TextEncoder();

const VARINT = 0;
const BYTES = 2;

/** A whole number (int32, int64, enum) in base 128, low bits first. Negative numbers take ten bytes. */
export function whole(field: number, value: number | bigint): Field {
  return concatenate([varint((field << 3) | VARINT), varint(value)]);
}

export function bytes(field: number, value: Uint8Array): Field {
  return concatenate([varint((field << 3) | BYTES), varint(value.length), value]);
}

export function text(field: number, value: string): Field {
  return bytes(field, utf8.encode(value));
}

export function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, concatenate(fields));
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    out.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Uint8Array.from(out);
}
