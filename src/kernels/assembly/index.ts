// Everything the WebAssembly module exports. One file per algorithm; points.ts and blocks.ts are shared.
export { heapBase } from "./memory";
export * from "./blocks";
export { makeShadow, shadowLength } from "./single";
export * from "./knn";
export * from "./mst";
export * from "./silhouette";
export * from "./ward";
export * from "./linkage";
export * from "./kmedoids";
export * from "./dbscan";
export * from "./kmeans";
export * from "./kmeans-start";
export * from "./gmm";
export * from "./tsne";
