/** The dashboard: pages for whoever serves them. Give `dashboardPages(…)` to the service as its `pages`. */
export { type ExperimentRecord, readExperiments } from "./experiments.js";
export { type DashboardOptions, dashboardPages } from "./pages.js";
