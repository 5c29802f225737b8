/**
 * What a report does: draws its figures, follows the reader's light or dark page, sorts its table. Plain script, no
 * module, no request. Without it the page still holds every word and every number.
 */
import { darkChrome, lightChrome } from "../figures/palette.js";

const twins = Object.fromEntries(
  Object.entries(lightChrome).map(([part, colour]) => [colour, darkChrome[part as keyof typeof darkChrome]]),
);

export const script = `
(function(){
  "use strict";
  var figures = JSON.parse(document.getElementById("figures").textContent);
  var twins = ${JSON.stringify(twins)};
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  // The same as "themed" of the library: paper, ink and grid give way to their dark twins, segments stay.
  function swap(value){
    if (typeof value === "string") {
      var twin = value.charAt(0) === "#" ? twins[value.slice(0, 7)] : undefined;
      return twin === undefined ? value : twin + value.slice(7);
    }
    if (Array.isArray(value)) return value.map(swap);
    if (value === null || typeof value !== "object") return value;
    var out = {};
    Object.keys(value).forEach(function(key){ out[key] = swap(value[key]); });
    return out;
  }
  function draw(inDark){
    Object.keys(figures).forEach(function(id){
      var spec = figures[id];
      var shown = inDark ? swap(spec) : spec;
      Plotly.react(id, JSON.parse(JSON.stringify(shown.data)), JSON.parse(JSON.stringify(shown.layout)),
        {responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"]});
    });
  }
  draw(dark.matches);
  dark.addEventListener("change", function(){ draw(dark.matches); });
  window.addEventListener("beforeprint", function(){
    draw(false);
    Object.keys(figures).forEach(function(id){ Plotly.Plots.resize(document.getElementById(id)); });
  });
  window.addEventListener("afterprint", function(){ draw(dark.matches); });

  document.querySelectorAll("table.leaderboard th button").forEach(function(button){
    button.addEventListener("click", function(){
      var head = button.parentElement, table = head.closest("table"), body = table.tBodies[0];
      var column = head.cellIndex, text = head.dataset.kind === "text";
      var before = head.getAttribute("aria-sort");
      var up = before === "none" ? head.dataset.first === "ascending" : before === "descending";
      table.querySelectorAll("th").forEach(function(other){ if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none"); });
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      var rows = Array.prototype.slice.call(body.rows);
      rows.sort(function(a, b){
        var x = a.cells[column].dataset.value, y = b.cells[column].dataset.value;
        if (x === "" || y === "") return x === y ? 0 : x === "" ? 1 : -1;   // what has no value stays last
        var order = text ? (x < y ? -1 : x > y ? 1 : 0) : Number(x) - Number(y);
        return up ? order : -order;
      });
      rows.forEach(function(row){ body.appendChild(row); });
    });
  });
})();`;
