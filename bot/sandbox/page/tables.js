/** `table` and `data_table` blocks; the latter pages, sorts and filters in the client, as in Slack. */

import { h, put } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { richText } from "./richtext.js";

function cellText(cell) {
  if (!cell) return "";
  if (cell.type === "rich_text") return richText(cell).textContent;
  return String(cell.text ?? cell.value ?? "");
}

function cellValue(cell) {
  const raw = cell?.type === "raw_number" ? (cell.value ?? cell.text) : null;
  const number = Number(
    raw ??
      cellText(cell)
        .replace(/[$,%\s]/g, "")
        .replace("−", "-"),
  );
  return cellText(cell) && Number.isFinite(number) ? number : cellText(cell).toLowerCase();
}

const cellNode = (cell) => (cell?.type === "rich_text" ? richText(cell) : withEmoji(cellText(cell)));

const isNumeric = (rows, column) =>
  rows.every((row) => typeof cellValue(row[column]) === "number" || !cellText(row[column]));

function columnClass(settings, rows, column) {
  const align = settings?.align ?? (rows.length && isNumeric(rows, column) ? "right" : "left");
  return `${align === "right" ? "number" : align} ${settings?.is_wrapped ? "wrapped" : ""}`;
}

/** Render a `table` block: the first row is the heading. */
export function table(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const kinds = head.map((_, column) => columnClass(block.column_settings?.[column], rows, column));
  return h(
    "div",
    { class: "grid-wrap", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      { class: "grid" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          head.map((cell, at) => h("th", { scope: "col", class: kinds[at] }, cellNode(cell))),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((row) =>
          h(
            "tr",
            null,
            row.map((cell, at) => h("td", { class: kinds[at] }, cellNode(cell))),
          ),
        ),
      ),
    ),
  );
}

/** Render a `data_table` block. Its page, order and filter live as long as the node. */
export function dataTable(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const size = block.page_size ?? 5;
  const kinds = head.map((_, column) => columnClass(block.column_settings?.[column], rows, column));
  const look = { page: 0, column: -1, down: false, words: "" };
  const root = h("div", { class: "data-table" });

  const chosen = () => {
    const found = rows.filter((row) => row.some((cell) => cellText(cell).toLowerCase().includes(look.words)));
    if (look.column < 0) return found;
    const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0) * (look.down ? -1 : 1);
    return found.sort((a, b) => order(cellValue(a[look.column]), cellValue(b[look.column])));
  };
  const sortBy = (column) => {
    Object.assign(look, { down: look.column === column && !look.down, column, page: 0 });
    draw();
    root.querySelectorAll("thead button")[column].focus();
  };
  const heading = (cell, at) => {
    const sorted = look.column === at ? (look.down ? "descending" : "ascending") : null;
    const arrow = sorted ? (look.down ? " ↓" : " ↑") : "";
    return h(
      "th",
      { scope: "col", class: kinds[at], "aria-sort": sorted },
      h("button", { type: "button", class: "sort", onclick: () => sortBy(at) }, cellText(cell), arrow),
    );
  };
  const body = h("div", { class: "grid-wrap" });
  const foot = h("div", { class: "pager" });
  const turn = (by, text, off) =>
    h("button", { type: "button", class: "small", disabled: off, onclick: () => ((look.page += by), draw()) }, text);

  function draw() {
    const found = chosen();
    const pages = Math.max(1, Math.ceil(found.length / size));
    look.page = Math.min(look.page, pages - 1);
    const shown = found.slice(look.page * size, look.page * size + size);
    const cellOf = (cell, at) =>
      h(
        at === block.row_header_column_index ? "th" : "td",
        { class: kinds[at], scope: at === block.row_header_column_index ? "row" : null },
        cellNode(cell),
      );
    put(
      body,
      h(
        "table",
        { class: "grid" },
        h("caption", { class: "hidden" }, block.caption),
        h("thead", null, h("tr", null, head.map(heading))),
        h(
          "tbody",
          null,
          shown.map((row) => h("tr", null, row.map(cellOf))),
        ),
      ),
    );
    const from = found.length ? look.page * size + 1 : 0;
    const range = `${from}–${look.page * size + shown.length} of ${found.length}`;
    put(
      foot,
      h("span", { "aria-live": "polite" }, range),
      pages > 1 ? [turn(-1, "Previous", look.page === 0), turn(1, "Next", look.page === pages - 1)] : null,
    );
  }
  const filter = h("input", {
    type: "search",
    class: "small-input",
    placeholder: "Filter",
    "aria-label": `Filter ${block.caption}`,
    oninput: (event) => ((look.words = event.target.value.toLowerCase()), (look.page = 0), draw()),
  });
  draw();
  return put(
    root,
    h("div", { class: "data-table-head" }, h("strong", null, block.caption), rows.length > size ? filter : null),
    body,
    foot,
  );
}
