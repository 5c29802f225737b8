/** How a report looks: on screen, light and dark, and on paper. */
import { accentColour, darkChrome, lightChrome } from "../figures/palette.js";

const variables = ({ paper, ink, muted, grid, axis }: typeof lightChrome) =>
  `--paper:${paper};--ink:${ink};--muted:${muted};--grid:${grid};--axis:${axis};`;

export const style = `
:root{${variables(lightChrome)}--accent:${accentColour};--soft:#f7f8f9;color-scheme:light}
@media (prefers-color-scheme:dark){:root{${variables(darkChrome)}--accent:#f06595;--soft:#1b1f25;color-scheme:dark}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}
header,main,footer{max-width:1180px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
h1{font-size:15px;font-weight:500;color:var(--muted);margin:0}
.answer{font-size:34px;line-height:1.15;font-weight:650;margin:6px 0 8px;letter-spacing:-.01em}
.question{color:var(--muted);margin:0 0 16px}
nav{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--grid)}
nav div{max-width:1180px;margin:0 auto;padding:8px 20px;display:flex;gap:18px;flex-wrap:wrap}
nav a{color:var(--muted);text-decoration:none}nav a:hover,nav a:focus{color:var(--ink);text-decoration:underline}
section{margin:36px 0;scroll-margin-top:52px}
h2{font-size:22px;font-weight:600;margin:0 0 12px}
h3{font-size:17px;font-weight:600;margin:0}
ul{padding-left:20px;margin:8px 0}
.flag{border-left:3px solid var(--accent);background:var(--soft);padding:8px 12px;margin:8px 0;border-radius:0 4px 4px 0}
code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(340px,100%),1fr));gap:16px}
.card table{table-layout:fixed;font-size:13px}.card th,.card td{padding:4px 2px}.card th{font-size:12px}
.card td:first-child{overflow-wrap:anywhere}.card th:nth-child(2){width:17%}.card th:nth-child(3){width:23%}.card th:nth-child(4){width:22%}
.card{border:1px solid var(--grid);border-top:5px solid var(--segment);border-radius:6px;padding:14px 16px;break-inside:avoid}
.card h3{display:flex;gap:10px;align-items:center}
.number{flex:none;width:26px;height:26px;border-radius:50%;border:3px solid var(--segment);display:grid;place-items:center;font-size:13px;font-weight:700}
.size{display:flex;align-items:center;gap:10px;margin:10px 0;color:var(--muted);font-variant-numeric:tabular-nums}
.bar{flex:1;height:8px;border-radius:4px;background:var(--grid);overflow:hidden}
.bar i{display:block;height:100%;background:var(--segment)}
.rule{background:var(--soft);border-radius:4px;padding:8px 10px;margin:10px 0;font-size:14px;overflow-wrap:anywhere}
.rule small,.small{color:var(--muted);font-size:13px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:5px 8px;text-align:right;border-bottom:1px solid var(--grid);vertical-align:top}
th:first-child,td:first-child{text-align:left}
th{font-weight:600;vertical-align:bottom}
.scroll{overflow-x:auto}.tall{max-height:34rem;overflow-y:auto}.tall thead th{position:sticky;top:0;background:var(--paper)}
.leaderboard th button{all:unset;cursor:pointer;font-weight:600}
.leaderboard th button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.leaderboard th[aria-sort=ascending] button::after{content:" ▲";color:var(--accent)}
.leaderboard th[aria-sort=descending] button::after{content:" ▼";color:var(--accent)}
.leaderboard tr.chosen{font-weight:650;background:var(--soft);box-shadow:inset 3px 0 var(--accent)}
.leaderboard tr.out{color:var(--muted)}
.tag{display:inline-block;border:1px solid var(--axis);border-radius:9px;padding:0 7px;font-size:12px;color:var(--muted);margin-left:6px;font-weight:400}
.effect{display:inline-block;width:64px;height:8px;background:linear-gradient(var(--axis),var(--axis)) 50% 0/1px 100% no-repeat;position:relative;vertical-align:middle}
.effect i{position:absolute;top:0;height:100%;background:var(--segment)}
figure{margin:26px 0;break-inside:avoid}
figure .plot{min-height:120px}
figure details{margin-top:4px}
summary{cursor:pointer;color:var(--muted);font-size:13px}
.alt{color:var(--muted);font-size:13px;margin:4px 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:0}
dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--soft);padding:12px;border-radius:6px;overflow-x:auto;font-size:12px}
footer{padding-top:8px;padding-bottom:40px;color:var(--muted);font-size:13px}
@media (max-width:640px){.answer{font-size:26px}header,main,footer,nav div{padding-left:14px;padding-right:14px}}
@media print{
  :root{${variables(lightChrome)}--soft:#f7f8f9;color-scheme:light}
  @page{size:A4;margin:14mm}
  nav{display:none}body{font-size:11pt}header,main,footer{max-width:none;padding:0}
  .cards{grid-template-columns:1fr 1fr}section{margin:18px 0}h2{break-after:avoid}
  .tall{max-height:none;overflow:visible}
  .card details,figure details{display:none}.leaderboard tr:nth-child(n+26){display:none}
}`;
