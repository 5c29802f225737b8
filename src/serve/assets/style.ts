/** The stylesheet of every page, served as /assets/style.css. System fonts, light and dark, no colour without words. */
export const stylesheet = `:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1f2328; --muted: #59606a; --line: #d0d5db; --soft: #f4f5f7;
  --accent: #0a53c0; --accent-ink: #ffffff; --warn: #8a4b00; --warn-soft: #fff3e0; --bad: #a11919; --bad-soft: #fdecec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --ink: #e8eaed; --muted: #a7aeb7; --line: #3a414b; --soft: #1e232a;
    --accent: #7db0ff; --accent-ink: #0d1117; --warn: #ffbe6b; --warn-soft: #33260f; --bad: #ff9d9d; --bad-soft: #3a1717;
  }
}
* { box-sizing: border-box; }
body { margin: 0; overflow-wrap: anywhere; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding-top: 1rem; }
header p { margin: 0; font-weight: 650; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; }
footer { margin-top: 3rem; padding-bottom: 2rem; color: var(--muted); font-size: .875rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem; z-index: 1; }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem 1.5rem; margin: 1rem 0; padding: 0; border: 0; min-width: 0; }
.field { display: flex; flex-direction: column; min-width: 0; }
.field label { font-weight: 600; overflow-wrap: anywhere; }
.field .hint { color: var(--muted); font-size: .875rem; }
.field .fault { color: var(--bad); font-size: .875rem; }
input, select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--muted); border-radius: .375rem; padding: .45rem .6rem; width: 100%; }
[aria-invalid="true"] { border: 2px solid var(--bad); }
button, .button { display: inline-block; font: inherit; font-weight: 600; color: var(--accent-ink); background: var(--accent); border: 0; border-radius: .375rem; padding: .6rem 1.1rem; cursor: pointer; text-decoration: none; }
.examples { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; }
.examples a { display: block; border: 1px solid var(--line); border-radius: 1rem; padding: .25rem .8rem; text-decoration: none; background: var(--soft); }
.answer { border: 1px solid var(--line); border-left: .5rem solid var(--segment, var(--accent)); border-radius: .5rem; padding: 1rem 1.25rem; background: var(--soft); margin: 1rem 0; }
.answer h2 { margin-top: 0; font-size: 1.4rem; }
.warning, .faults { border-radius: .5rem; padding: .75rem 1rem; margin: 1rem 0; }
.warning { background: var(--warn-soft); color: var(--warn); }
.faults { background: var(--bad-soft); color: var(--bad); }
.faults a { color: inherit; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; min-width: 4.5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: .375rem; padding: .75rem; overflow-x: auto; }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
pre code { overflow-wrap: normal; }
@media (max-width: 30rem) { .answer { padding: .75rem; } .answer ul { padding-left: 1.1rem; } th, td { padding-right: .4rem; } }
.muted { color: var(--muted); }
@media (prefers-reduced-motion: no-preference) { a, button { transition: outline-offset .1s; } }
`;
