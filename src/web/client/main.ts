/** The script of the dashboard's pages: each page has its own part. */
import { startExplore } from "./explore.js";
import { startScore } from "./score.js";

if (document.getElementById("dashboard")) void startExplore();
if (document.getElementById("score")) startScore();
