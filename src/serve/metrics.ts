/** Prometheus metrics. Labels have few values: routes, statuses, segments, features; never ids, never trial keys. */
import prom from "prom-client";
import type { Model } from "../pipeline/index.js";
import type { Answer } from "./service.js";

export interface Metrics {
  request(route: string, method: string, status: number, seconds: number): void;
  answer(answer: Pick<Answer, "name" | "outOfRange">): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** @param process - add the process's own figures (memory, CPU, event loop) */
export function createMetrics(model: Model, process = false): Metrics {
  const registers = [new prom.Registry()];
  const registry = registers[0]!;
  if (process) prom.collectDefaultMetrics({ register: registry });
  const requests = new prom.Counter({
    name: "segmenta_http_requests_total",
    help: "Requests answered",
    labelNames: ["route", "method", "status"],
    registers,
  });
  const seconds = new prom.Histogram({
    name: "segmenta_http_request_duration_seconds",
    help: "Time from a request's headers to its response",
    labelNames: ["route"],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers,
  });
  const predictions = new prom.Counter({
    name: "segmenta_predictions_total",
    help: "Rows judged, by segment",
    labelNames: ["segment"],
    registers,
  });
  const outside = new prom.Counter({
    name: "segmenta_out_of_range_total",
    help: "Values outside the range of the training rows, by feature",
    labelNames: ["feature"],
    registers,
  });
  const about = new prom.Gauge({
    name: "segmenta_model_info",
    help: "The model that answers",
    labelNames: ["name", "hash", "algorithm"],
    registers,
  });
  about.set({ name: model.name, hash: model.hash.slice(0, 12), algorithm: model.algorithm.name }, 1);
  for (const { name } of model.segments) predictions.inc({ segment: name }, 0);
  return {
    request(route, method, status, took) {
      requests.inc({ route, method, status: String(status) });
      seconds.observe({ route }, took);
    },
    answer({ name, outOfRange }) {
      predictions.inc({ segment: name });
      for (const feature of outOfRange) outside.inc({ feature });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
