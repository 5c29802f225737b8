/** A model as a service: `createApp` for tests and notebooks, `startServer` for a port. */
export { type AppOptions, createApp, type LoggedRequest } from "./app.js";
export { defaultLimits, defaultTimeouts, type Limits, type Timeouts } from "./limits.js";
export { logTo } from "./log.js";
export { mountPages, type Page, type PageContext } from "./pages/mount.js";
export { type RunningServer, type ServerOptions, startServer } from "./server.js";
export type { Answer, Service } from "./service.js";
export { loadNgrok, type NgrokModule, openTunnel, type Tunnel, tunnelAccess } from "./tunnel.js";
