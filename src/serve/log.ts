/** The log: JSON lines to stderr. Quiet about requests unless asked; faults of ours always, with their stack. */
import { type DestinationStream, pino } from "pino";
import type { AppOptions } from "./app.js";

/**
 * @param requests - a line for each request
 * @param destination - stderr when left out
 */
export function logTo(requests: boolean, destination: DestinationStream): Pick<AppOptions, "onRequest" | "onFault"> {
  const logger = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ["authorization", "headers.authorization"] },
    destination,
  );
  return {
    ...(requests ? { onRequest: (request) => logger.info(request, "request") } : {}),
    onFault: (error) => logger.error({ err: error }, "a fault of ours"),
  };
}
