// Compile src/kernels/assembly to WebAssembly and write the bytes into src/kernels/bytes.ts.
export async function buildKernels() {}
