/**
 * The one WebAssembly module of the kernels, and the memory they work in.
 *
 * Each thread owns a private instance and a private memory, made on first use. JavaScript hands out that
 * memory like a stack: what an arena reserves is gone when the arena ends. Inputs are copied in, answers are
 * copied out; no typed array of ours ever looks into it for longer than a few lines.
 */
import { UserError } from "../core/errors.js";
import { bytes, type KernelExports } from "./bytes.js";

/** A byte offset into the kernels' memory. */
export type Pointer = number;

export interface Arena {
  /** The compiled functions. Calls longer than some milliseconds are made in slices by the kernels' own files. */
  readonly wasm: KernelExports;
  /** Reserve room for `length` f64; the content is whatever was there. @throws UserError `OUT_OF_MEMORY` */
  f64(length: number): Pointer;
  /** Reserve room for `length` f32. */
  f32(length: number): Pointer;
  /** Reserve room for `length` i32. */
  i32(length: number): Pointer;
  /** Reserve room for `length` bytes. */
  u8(length: number): Pointer;
  /** Reserve, and copy in. */
  put(values: Float64Array | Float32Array | Int32Array | Uint8Array): Pointer;
  /** Look at f64 in the memory. The view is good until the next reservation: growth detaches it. */
  viewF64(at: Pointer, length: number): Float64Array;
  viewF32(at: Pointer, length: number): Float32Array;
  viewI32(at: Pointer, length: number): Int32Array;
  viewU8(at: Pointer, length: number): Uint8Array;
}

const PAGE = 65536;
const MEMORY_LIMIT = 65536 * PAGE;
/** A memory that has grown beyond this is given back when the outermost arena ends, so that workers do not hoard. */
const KEEP_BYTES = 256 * 1024 * 1024;
const ALIGNMENT = 64;

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly exports: KernelExports;
  top: number;
}

let compiled: WebAssembly.Module | undefined;
let current: Instance | undefined;
let depth = 0;

/**
 * Run with room in the kernels' memory; everything reserved inside is released at the end, also after an
 * error. Arenas nest: an inner one leaves what the outer one reserved untouched.
 *
 * @param run - must not be asynchronous, and must not keep views or pointers
 * @throws UserError `OUT_OF_MEMORY` when the memory cannot grow to what is asked for (4 GB is the end of it)
 */
export function withArena<T>(run: (arena: Arena) => T): T {
  current ??= instantiate();
  const instance = current;
  const mark = instance.top;
  depth++;
  try {
    return run(arenaOf(instance));
  } finally {
    depth--;
    instance.top = mark;
    if (depth === 0 && instance.memory.buffer.byteLength > KEEP_BYTES) current = undefined;
  }
}

/** Bytes the kernels' memory of this thread holds now. */
export function memoryInUse(): number {
  return current?.memory.buffer.byteLength ?? 0;
}

function arenaOf(instance: Instance): Arena {
  const { memory, exports } = instance;
  const reserve = (count: number): Pointer => {
    const start = Math.ceil(instance.top / ALIGNMENT) * ALIGNMENT;
    grow(memory, start + count);
    instance.top = start + count;
    return start;
  };
  return {
    wasm: exports,
    f64: (length) => reserve(length * 8),
    f32: (length) => reserve(length * 4),
    i32: (length) => reserve(length * 4),
    u8: (length) => reserve(length),
    put(values) {
      const at = reserve(values.byteLength);
      const source = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      new Uint8Array(memory.buffer, at, values.byteLength).set(source);
      return at;
    },
    viewF64: (at, length) => new Float64Array(memory.buffer, at, length),
    viewF32: (at, length) => new Float32Array(memory.buffer, at, length),
    viewI32: (at, length) => new Int32Array(memory.buffer, at, length),
    viewU8: (at, length) => new Uint8Array(memory.buffer, at, length),
  };
}

/** Make the memory hold `needed` bytes. Grows by at least a quarter, so that many small steps cost little. */
function grow(memory: WebAssembly.Memory, needed: number): void {
  const has = memory.buffer.byteLength;
  if (needed <= has) return;
  const wanted = Math.min(MEMORY_LIMIT, Math.max(needed, has * 1.25));
  if (needed <= MEMORY_LIMIT && tryGrow(memory, wanted - has)) return;
  if (needed <= MEMORY_LIMIT && wanted > needed && tryGrow(memory, needed - has)) return;
  throw new UserError("OUT_OF_MEMORY", {
    what: `the computation needs ${megabytes(needed)} MB in one piece of memory, and that cannot be had`,
    mend: "use fewer rows or columns, or fewer grid points at once; 4096 MB is the most one thread can use",
  });
}

function tryGrow(memory: WebAssembly.Memory, byteCount: number): boolean {
  try {
    memory.grow(Math.ceil(byteCount / PAGE));
    return true;
  } catch {
    return false;
  }
}

const megabytes = (byteCount: number): number => Math.ceil(byteCount / (1024 * 1024));

function instantiate(): Instance {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)));
  const memory = new WebAssembly.Memory({ initial: 16 });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const kernels = exports as unknown as KernelExports;
  return { memory, exports: kernels, top: kernels.heapBase() >>> 0 };
}
