/** How the dashboard looks, over the stylesheet that all pages share. Colours of segments and cells are generated. */
import { contrast, divergingScale, inkOn, noiseColour, scaleColour, segmentColour } from "../figures/palette.js";

/** A rule per segment and per step of effect: the policy of the pages allows no style attributes. */
function colourRules(): string {
  const rules = [`.s-noise{--segment:${noiseColour}}`];
  for (let label = 0; label < 64; label++) rules.push(`.s-${label}{--segment:${segmentColour(label)}}`);
  for (let step = -20; step <= 20; step++) {
    const colour = cellColour((step / 20 + 1) / 2);
    rules.push(`.heat td.${step < 0 ? `e-m${-step}` : `e-${step}`}{background:${colour};color:${inkOn(colour)}}`);
  }
  return rules.join("\n");
}

/** The colour at a place of the scale, or the nearest farther from its middle on which ink can be read. */
function cellColour(place: number): string {
  for (let at = place; at >= 0 && at <= 1; at += place < 0.5 ? -0.005 : 0.005) {
    const colour = scaleColour(divergingScale, at);
    if (contrast(colour, inkOn(colour)) >= 4.5) return colour;
  }
  return scaleColour(divergingScale, place < 0.5 ? 0 : 1);
}

export function dashboardStyle(): string {
  return `${rules}\n${colourRules()}\n`;
}

/** For readers without scripts: no empty places for figures. */
export const noScriptStyle = ".plot,.scripted{display:none!important}.unscripted{display:revert!important}";

const rules = `
body:has(.dash) header,body:has(.dash) main,body:has(.dash) footer{max-width:80rem}
.dash{--gap:1.25rem;padding-top:1.5rem}
.dash th,.dash td{overflow-wrap:normal}
.dash h1{font-size:clamp(1.5rem,1.1rem + 1.8vw,2.25rem);letter-spacing:-.015em;line-height:1.15;margin:.35rem 0 .4rem;max-width:22em}
.dash h2{font-size:1.35rem;letter-spacing:-.01em;margin:0 0 .25rem}
.dash h3{font-size:1.05rem;margin:0}
.dash section{margin-top:3rem;scroll-margin-top:7.5rem}
.dash .lead{color:var(--muted);margin:0 0 1rem;max-width:46rem}
.eyebrow{display:block;color:var(--muted);font-size:.78rem;font-weight:600;letter-spacing:.04em;text-transform:uppercase}
.facts{display:flex;flex-wrap:wrap;gap:.35rem 1.75rem;margin:1rem 0 0;padding:0}
.facts div{display:flex;flex-direction:column}
.facts dt{color:var(--muted);font-size:.82rem}.facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.unscripted{display:none}
#controls{display:contents}
.filter{position:sticky;top:0;z-index:3;background:var(--paper);margin:1.5rem -1rem 0;padding:.6rem 1rem .55rem;border-bottom:1px solid var(--line)}
.filter fieldset{border:0;margin:0;padding:0;min-width:0}
.filter .row{display:flex;align-items:center;gap:1rem}
.chips{display:flex;flex-wrap:wrap;gap:.4rem;overflow-x:auto;padding:.25rem .2rem;scrollbar-width:thin;flex:1;min-width:0}
.chip{position:relative;flex:none;display:flex;align-items:center;gap:.45rem;border:1px solid var(--line);border-radius:1.1rem;padding:.2rem .75rem .2rem .3rem;cursor:pointer;font-size:.9rem;background:var(--paper)}
.chip input{position:absolute;inset:0;width:100%;height:100%;margin:0;padding:0;opacity:0;cursor:pointer}
.chip:has(input:checked){border-color:var(--segment);box-shadow:inset 0 0 0 1px var(--segment)}
.chip:not(:has(input:checked)){color:var(--muted);background:var(--soft)}
.chip:has(input:focus-visible){outline:3px solid var(--accent);outline-offset:2px}
.chip small{color:var(--muted);font-variant-numeric:tabular-nums}
.shares{display:block;width:100%;height:.55rem;border-radius:.3rem;margin:.3rem 0 0}
.shares .fill{transition:opacity .15s}.shares .off{opacity:.15}
.fill{fill:var(--segment)}.track{fill:var(--line)}
.badge{flex:none;display:inline-grid;place-items:center;width:1.6rem;height:1.6rem;border-radius:50%;border:3px solid var(--segment);font-size:.8rem;font-weight:700;line-height:1;color:var(--ink);background:var(--paper)}
.dash button.quiet{background:none;color:var(--accent);padding:.3rem .5rem;font-weight:500;white-space:nowrap}
.dash button.quiet:disabled{color:var(--muted);cursor:default}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));gap:var(--gap)}
.card{border:1px solid var(--line);border-top:5px solid var(--segment);border-radius:.6rem;padding:1rem 1.1rem;background:var(--paper);min-width:0}
.card h3{display:flex;gap:.6rem;align-items:center}
.card p{margin:.6rem 0}
.card .size{display:flex;align-items:center;gap:.75rem;color:var(--muted);font-variant-numeric:tabular-nums;font-size:.92rem}
.bar{flex:1;height:.45rem;border-radius:.25rem;min-width:3rem}
.rule{background:var(--soft);border-radius:.4rem;padding:.6rem .75rem;font-size:.92rem;overflow-wrap:break-word}
.rule p{margin:.15rem 0}.rule details{margin:.1rem 0}.rule small{display:block;color:var(--muted);margin-top:.25rem}
.card table{font-size:.85rem;table-layout:fixed}
.card th,.card td{padding:.3rem .25rem}
.card th:first-child{width:40%;padding-left:0;overflow-wrap:anywhere}
.card thead th{color:var(--muted);font-weight:500}
.card tbody th{font-weight:400}.card td,.card thead th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}
.card small,.heat small{color:var(--muted);font-weight:400}
.effect{display:flex;flex-direction:column;align-items:flex-end;gap:.15rem}
.effect svg{width:100%;max-width:4.5rem;height:.5rem}.axis{fill:var(--muted)}
summary{cursor:pointer;color:var(--muted);font-size:.9rem;padding:.2rem 0}
details ul{margin:.4rem 0;padding-left:1.1rem;overflow-wrap:anywhere}
.tools{display:flex;flex-wrap:wrap;align-items:end;gap:.75rem 1.5rem;margin:.75rem 0}
.tools label,.tools fieldset{display:flex;flex-direction:column;gap:.2rem;font-size:.88rem;font-weight:600;border:0;margin:0;padding:0;min-width:0}
.tools select{min-width:12rem;max-width:100%}
.tools input[type=range]{padding:0;border:0;width:14rem;max-width:100%;accent-color:var(--accent);height:2.4rem}
.tools output{font-variant-numeric:tabular-nums}
.switch{display:flex;border:1px solid var(--muted);border-radius:.4rem;overflow:hidden;width:max-content;max-width:100%}
.switch label{white-space:nowrap;position:relative;display:block;padding:.45rem .8rem;font-weight:500;cursor:pointer;font-size:.92rem}
.switch label+label{border-left:1px solid var(--muted)}
.switch input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.switch label:has(:checked){background:var(--accent);color:var(--accent-ink)}
.switch label:has(:focus-visible){outline:3px solid var(--accent);outline-offset:-4px;box-shadow:inset 0 0 0 4px var(--paper)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:var(--gap)}
.pair>*{min-width:0}
.panel{border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.1rem .6rem;margin:1rem 0 0;min-width:0}
.panel>p{color:var(--muted);font-size:.92rem;margin:.15rem 0 .4rem}
.pair .panel{margin-top:0}
.plot{position:relative;margin:0 -.4rem;overflow:hidden;min-width:0}
.plot.busy{opacity:.45}
.strut{display:block;width:1px}.strut.narrow{display:none}
.heat{font-size:.88rem;table-layout:fixed;min-width:44rem;border-collapse:separate;border-spacing:2px;width:100%}
.dash caption{text-align:left;color:var(--muted);font-size:.88rem;padding-bottom:.5rem;caption-side:top}
.heat th,.heat td{border:0;padding:.3rem .5rem;vertical-align:middle}
.heat td{text-align:center;font-variant-numeric:tabular-nums;border-radius:.2rem;min-width:4.5rem}
.heat td.all{color:var(--muted)}
.heat thead th{overflow-wrap:normal;vertical-align:bottom;text-align:center;font-weight:600;line-height:1.2}
.heat thead th:first-child{text-align:left;width:15.5rem}.heat thead th:last-child{width:5.5rem}
.heat thead .badge{display:grid;margin:0 auto .25rem}
.heat tbody th{font-weight:500;position:sticky;left:0;background:var(--paper);z-index:1}
.overlap td,.overlap thead th:not(:first-child){text-align:center;font-variant-numeric:tabular-nums}
.overlap{font-size:.92rem}.overlap th,.overlap td{padding:.4rem .3rem}
.overlap thead th{vertical-align:bottom;font-size:.8rem;font-weight:500;line-height:1.2}
.overlap thead .badge{display:grid;margin:0 auto .25rem}
.overlap tbody .badge{margin-right:.5rem;vertical-align:middle}.overlap tbody th{white-space:nowrap;font-weight:500}
.overlap td.most{font-weight:700;background:var(--soft)}.overlap td.none{color:var(--muted)}
.verdict strong{font-size:1.25rem}
.leaderboard{font-size:.88rem}
.leaderboard td,.leaderboard thead th{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.leaderboard th:nth-child(2){text-align:left;font-weight:500}
.leaderboard td:first-child{text-align:left}
.leaderboard tr.chosen{background:var(--soft);box-shadow:inset 3px 0 var(--accent)}
.leaderboard tr.chosen td,.leaderboard tr.chosen th{font-weight:650}
.leaderboard tr.out td,.leaderboard tr.out th{color:var(--muted)}
.tag{display:inline-block;border:1px solid var(--line);border-radius:.6rem;padding:0 .5rem;font-size:.78rem;color:var(--muted);font-weight:400}
.flag{border-left:3px solid var(--accent);background:var(--soft);padding:.5rem .8rem;border-radius:0 .3rem .3rem 0;margin:.5rem 0}
.tall{max-height:28rem;overflow:auto}
.dash .scroll{position:relative}
.scroll:focus-visible,.tall:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.drop{display:block;border:2px dashed var(--muted);border-radius:.6rem;padding:1.5rem;background:var(--soft);margin:1rem 0}
.drop.over{border-color:var(--accent);background:var(--paper)}
.drop input{margin-top:.5rem;background:none;border:0;padding:.25rem 0}
.results td:not(:first-child),.results thead th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}
.results th[scope=row] .badge{margin-right:.5rem;vertical-align:middle}
.results svg.bar{width:7rem;display:inline-block}
[hidden]{display:none!important}
@media (max-width:40rem){
  .strut.wide{display:none}.strut.narrow{display:block}
  .dash section{margin-top:2.25rem;scroll-margin-top:6.5rem}
  .panel{padding:.8rem .7rem .4rem;margin-left:-.35rem;margin-right:-.35rem}
  .wide-only,.dash #all:disabled{display:none}
  .heat{font-size:.8rem;min-width:0;table-layout:auto}.heat thead th:first-child,.heat thead th:last-child{width:auto}
  .heat th,.heat td{padding:.25rem .3rem}.heat td{min-width:3.4rem}
  .heat tbody th{min-width:6.5rem;max-width:8rem;font-size:.72rem;line-height:1.2}
  .heat thead th span:not(.badge){display:none}
  .heat thead th:last-child span{display:inline}
  .tools select,.tools input[type=range]{width:100%;min-width:0}.tools>label{flex:1 1 100%}
  .chips{flex-wrap:nowrap}.filter .row{gap:.4rem}
}
@media print{.filter,.tools{display:none}}
@media (prefers-reduced-motion:reduce){.shares .fill{transition:none}}
`;
