// Short names for loads and stores at element positions. Offsets are computed in usize after the cast, so that
// they hold beyond 2 GB.

/** The first byte that is ours to use; JavaScript hands out everything above it. */
export function heapBase(): usize {
  return __heap_base;
}

@inline
export function getF64(base: usize, i: i32): f64 {
  return load<f64>(base + (<usize>i << 3));
}

@inline
export function setF64(base: usize, i: i32, value: f64): void {
  store<f64>(base + (<usize>i << 3), value);
}

@inline
export function getI32(base: usize, i: i32): i32 {
  return load<i32>(base + (<usize>i << 2));
}

@inline
export function setI32(base: usize, i: i32, value: i32): void {
  store<i32>(base + (<usize>i << 2), value);
}

/** Bytes of `count` blocks of 8 f64 lanes. */
@inline
export function lanes8(count: i32): usize {
  return <usize>count << 6;
}
