// `node pictures.mjs <panels.json> <folder>`: bars beside each other, as SVG. Each picture is a list of panels, each panel a list of
// bars with the least, the middle and the most of the samples, or why there are none.
import { readFileSync, writeFileSync } from "node:fs";
import { View, parse } from "vega";
import { compile } from "vega-lite";
import { optimize } from "svgo";

function panel({ title, unit, aim, bars }) {
  // The spread of one must not squeeze all bars: it is cut off at the picture's edge.
  const most = 1.15 * Math.max(aim ?? 0, ...bars.map(({ median }) => median ?? 0));
  const x = (field) => ({ field, type: "quantitative", axis: null, scale: { domain: [0, most], clamp: true } });
  const y = { field: "label", type: "nominal", sort: bars.map(({ label }) => label), axis: { title: null, domain: false, ticks: false, minExtent: 200 } };
  const layer = [
    { mark: { type: "bar", cornerRadius: 2 }, encoding: { x: x("median"), y, color: { field: "own", type: "nominal", legend: null, scale: { domain: [false, true], range: ["#8c959f", "#0969da"] } } } },
    { transform: [{ filter: "datum.least < datum.most" }], mark: "rule", encoding: { x: x("least"), x2: { field: "most" }, y } },
    { mark: { type: "text", align: "left", dx: 8, color: "#57606a" }, encoding: { x: x("end"), y, text: { field: "text" } } },
  ];
  if (aim !== null) layer.unshift({ mark: { type: "rule", color: "#cf222e", strokeDash: [4, 3] }, encoding: { x: { datum: aim, ...x() } } });
  const values = bars.map((bar) => ({ ...bar, end: bar.most ?? 0 }));
  const text = { text: title, subtitle: unit + (aim === null ? "" : "; dashed: aimed for"), anchor: "start", frame: "group" };
  return { title: text, width: 400, height: { step: 22 }, data: { values }, layer };
}

const [, , from, folder] = process.argv;
for (const [name, panels] of Object.entries(JSON.parse(readFileSync(from, "utf8")))) {
  const config = { aria: false, font: "system-ui, sans-serif", view: { stroke: null }, axis: { labelFontSize: 13, labelLimit: 0 }, text: { fontSize: 13 } };
  const spec = { background: "white", padding: 12, vconcat: panels.map(panel), config };
  const svg = await new View(parse(compile(spec).spec), { renderer: "none" }).toSVG();
  writeFileSync(`${folder}/${name}.svg`, optimize(svg, { multipass: true, floatPrecision: 1 }).data + "\n");
}
