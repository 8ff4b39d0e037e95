/** `data_visualization` blocks as accessible SVG: a drawing with a summary, a legend, and the same figures as a table. */

import { h, svg } from "./dom.js";

const WIDTH = 560;
const HEIGHT = 240;
const FRAME = { top: 12, right: 12, bottom: 40, left: 62 };
const PLOT_WIDTH = WIDTH - FRAME.left - FRAME.right;
const PLOT_HEIGHT = HEIGHT - FRAME.top - FRAME.bottom;

/** Render one data_visualization block. */
export function chart(block) {
  const { title, chart: data } = block;
  const isPie = data.type === "pie";
  const money = /usd|\$/i.test(`${title} ${data.axis_config?.y_label ?? ""}`);
  const drawing = isPie ? pie(data, money) : axes(data, money);
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `${title}. ${summary(data, money)}`);
  const names = isPie ? data.segments.map((one) => one.label) : data.series.map((one) => one.name);
  return h(
    "figure",
    { class: `chart chart-${data.type}` },
    h("figcaption", null, title),
    h("div", { class: "chart-body" }, drawing, names.length > 1 || isPie ? legend(names, data, money) : null),
    h(
      "details",
      { class: "chart-figures" },
      h("summary", { dataset: { focus: `figures-${block.block_id}` } }, "Figures"),
      figures(data, money),
    ),
  );
}

/** A number as people read it: `$1,234.50`, short on axes (`$1.2k`). */
function say(value, money, short = false) {
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  const [unit, letter] = [[1e9, "B"], [1e6, "M"], [1e3, "k"]].find(([least]) => size >= least) ?? [];
  if (short && unit) return `${sign}${money ? "$" : ""}${Number((size / unit).toFixed(1))}${letter}`;
  const digits = short ? (size && size < 1 ? 2 : size < 10 && size % 1 ? 1 : 0) : money ? 2 : Number.isInteger(size) ? 0 : 2;
  const text = size.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${sign}${money ? "$" : ""}${text}`;
}

function summary(data, money) {
  if (data.type === "pie") return data.segments.map((one) => `${one.label} ${say(one.value, money)}`).join(", ");
  const { categories } = data.axis_config;
  const ends = `${categories[0]} to ${categories[categories.length - 1]}`;
  const total = (one) => one.data.reduce((sum, point) => sum + point.value, 0);
  return `${data.type} chart, ${ends}: ${data.series.map((one) => `${one.name} ${say(total(one), money)} in all`).join(", ")}`;
}

function legend(names, data, money) {
  const total = data.type === "pie" ? data.segments.reduce((sum, one) => sum + one.value, 0) : 0;
  const extra = (at) => {
    if (data.type !== "pie") return null;
    const { value } = data.segments[at];
    return h("span", { class: "legend-value" }, `${say(value, money)} · ${Math.round((value / total) * 100)} %`);
  };
  return h(
    "ul",
    { class: "legend" },
    names.map((name, at) => h("li", null, h("i", { class: `swatch tone-${at}` }), h("span", null, name), extra(at))),
  );
}

function figures(data, money) {
  if (data.type === "pie") {
    return h(
      "table",
      { class: "grid" },
      h(
        "tbody",
        null,
        data.segments.map((one) =>
          h("tr", null, h("th", { scope: "row" }, one.label), h("td", { class: "number" }, say(one.value, money))),
        ),
      ),
    );
  }
  const head = h(
    "tr",
    null,
    h("th", null, data.axis_config.x_label ?? ""),
    data.series.map((one) => h("th", { scope: "col", class: "number" }, one.name)),
  );
  const row = (label, at) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, label),
      data.series.map((one) => h("td", { class: "number" }, say(pointOf(one, label, at), money))),
    );
  return h("table", { class: "grid" }, h("thead", null, head), h("tbody", null, data.axis_config.categories.map(row)));
}

const pointOf = (series, label, at) => (series.data.find((point) => point.label === label) ?? series.data[at])?.value ?? 0;

/** Round steps that hold the whole range, zero included. */
function ticks(low, high) {
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough - 1e-12);
  const marks = [];
  for (let at = Math.floor(low / step); at <= Math.ceil(high / step - 1e-9); at += 1)
    marks.push(Number((at * step).toPrecision(12)));
  return marks.length > 1 ? marks : [0, step];
}

/** The points of each series. Nothing is stacked: Slack groups bars by their label and lays areas over each other. */
function layers(data) {
  const { categories } = data.axis_config;
  return data.series.map((series) => categories.map((label, at) => ({ value: pointOf(series, label, at) })));
}

function axes(data, money) {
  const { categories, x_label: xLabel, y_label: yLabel } = data.axis_config;
  const drawn = layers(data);
  const reach = drawn.flat().map((point) => point.value);
  const marks = ticks(Math.min(0, ...reach), Math.max(0, ...reach));
  const [low, high] = [marks[0], marks[marks.length - 1]];
  const y = (value) => FRAME.top + PLOT_HEIGHT * (1 - (value - low) / (high - low));
  const band = PLOT_WIDTH / categories.length;
  const x = (at) => FRAME.left + band * (at + 0.5);
  const every = Math.ceil((Math.max(...categories.map((one) => one.length)) * 8.2 + 8) / band);
  const root = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` });
  for (const mark of marks) {
    root.append(
      svg("line", {
        class: mark === 0 ? "axis zero" : "axis",
        x1: FRAME.left,
        x2: WIDTH - FRAME.right,
        y1: y(mark),
        y2: y(mark),
      }),
    );
    root.append(
      svg("text", { class: "tick", x: FRAME.left - 8, y: y(mark) + 4, "text-anchor": "end" }, say(mark, money, true)),
    );
  }
  categories.forEach((label, at) => {
    // Counted from the end, because the newest day is the one that people look for.
    if ((categories.length - 1 - at) % every === 0)
      root.append(svg("text", { class: "tick", x: x(at), y: HEIGHT - FRAME.bottom + 17, "text-anchor": "middle" }, label));
  });
  if (xLabel)
    root.append(
      svg("text", { class: "tick label", x: FRAME.left + PLOT_WIDTH / 2, y: HEIGHT - 2, "text-anchor": "middle" }, xLabel),
    );
  if (yLabel)
    root.append(
      svg(
        "text",
        {
          class: "tick label",
          transform: `translate(11 ${FRAME.top + PLOT_HEIGHT / 2}) rotate(-90)`,
          "text-anchor": "middle",
        },
        yLabel,
      ),
    );
  const draw = { bar: bars, area: areas, line: lines }[data.type];
  drawn.forEach((points, tone) =>
    root.append(
      ...draw({ points, tone, of: drawn.length, x, y, band, name: data.series[tone].name, categories, money }),
    ),
  );
  return root;
}

const tip = ({ name, categories, money }, point, at) =>
  svg("title", null, `${name}, ${categories[at]}: ${say(point.value, money)}`);

function bars(layer) {
  const { points, tone, of, x, y, band } = layer;
  const width = Math.min(46, (band * (of > 1 ? 0.84 : 0.68)) / of);
  return points.map((point, at) => {
    const [top, bottom] = [y(Math.max(point.value, 0)), y(Math.min(point.value, 0))];
    const left = x(at) + width * (tone - of / 2);
    return svg(
      "rect",
      { class: `bar tone-${tone}`, x: left, y: top, width, height: Math.max(0, bottom - top), rx: 1.5 },
      tip(layer, point, at),
    );
  });
}

function areas(layer) {
  const { points, tone, x, y } = layer;
  const up = points.map((point, at) => `${x(at)},${y(point.value)}`);
  const back = points.map((_, at) => `${x(at)},${y(0)}`).reverse();
  return [svg("polygon", { class: `area tone-${tone}`, points: [...up, ...back].join(" ") }), ...lines(layer)];
}

function lines(layer) {
  const { points, tone, x, y } = layer;
  const path = svg("polyline", {
    class: `line tone-${tone}`,
    points: points.map((point, at) => `${x(at)},${y(point.value)}`).join(" "),
  });
  return [
    path,
    ...points.map((point, at) =>
      svg("circle", { class: `dot tone-${tone}`, cx: x(at), cy: y(point.value), r: 3.2 }, tip(layer, point, at)),
    ),
  ];
}

function pie(data, money) {
  const total = data.segments.reduce((sum, one) => sum + one.value, 0);
  const root = svg("svg", { viewBox: "-104 -104 208 208", class: "pie" });
  const edge = (turn, radius = 100) => `${Math.sin(turn * 2 * Math.PI) * radius} ${-Math.cos(turn * 2 * Math.PI) * radius}`;
  let from = 0;
  data.segments.forEach((one, tone) => {
    const to = Math.min(from + one.value / total, from + 0.99999);
    const wide = to - from > 0.5 ? 1 : 0;
    const d = `M ${edge(from)} A 100 100 0 ${wide} 1 ${edge(to)} L ${edge(to, 56)} A 56 56 0 ${wide} 0 ${edge(from, 56)} Z`;
    root.append(
      svg("path", { class: `slice tone-${tone}`, d }, svg("title", null, `${one.label}: ${say(one.value, money)}`)),
    );
    from = to;
  });
  return root;
}
