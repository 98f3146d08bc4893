"use strict";

/** Keys and pointer in the matrix, and the filter. Without it the page still says everything. */
(() => {
  const grid = document.querySelector("[role=grid]");
  const reading = document.getElementById("reading");
  const rows = [...grid.tBodies[0].rows];
  const heads = [...grid.tHead.rows[0].cells];
  const cells = rows.map((row) => [...row.cells].slice(1));
  const refused = [...grid.querySelectorAll("td.refused")];
  let current = grid.querySelector("td[tabindex]");
  // Cells can stand for several columns: where the focus is, is a column of its own.
  let column = 0;
  let marked = [];

  const nameOf = (head) => head.querySelector("bdi").textContent;
  const rowOf = (cell) => rows.indexOf(cell.parentElement);
  const startOf = (cell) => {
    let start = 0;
    for (const one of cells[rowOf(cell)]) {
      if (one === cell) return start;
      start += one.colSpan;
    }
    return start;
  };
  const cellAt = (row, wanted) => {
    let end = 0;
    return cells[row].find((cell) => (end += cell.colSpan) > wanted);
  };

  const read = (cell) => {
    const start = startOf(cell);
    const from = cell.parentElement.cells[0];
    const to = heads.slice(start + 1, start + 1 + cell.colSpan);
    for (const head of marked) head.classList.remove("here");
    marked = [from, ...to];
    for (const head of marked) head.classList.add("here");
    const last = to.length > 1 ? ` … ${nameOf(to[to.length - 1])}` : "";
    const title = document.createElement("b");
    title.textContent = `${nameOf(from)} → ${nameOf(to[0])}${last}`;
    const words = document.createElement("p");
    const away = to.length === 1 && !from.dataset.leftOut && to[0].dataset.leftOut;
    const symbol = cell.querySelector("b").textContent;
    words.textContent = `${symbol} ${cell.querySelector("i").textContent}${
      away && cell.className === "leftOut" ? `: ${away}` : ""
    }`;
    reading.replaceChildren(title, words);
    reading.scrollTop = 0;
  };

  const focus = (cell, wanted) => {
    if (!cell) return;
    current.tabIndex = -1;
    current = cell;
    column = wanted ?? startOf(cell);
    cell.tabIndex = 0;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  };

  const nextRefused = () => {
    const shown = refused.filter((cell) => !cell.parentElement.hidden);
    const after = shown.find(
      (cell) => current.compareDocumentPosition(cell) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    focus(after ?? shown[0]);
  };

  const rowFrom = (row, step) => {
    let at = row;
    for (let left = Math.abs(step); left > 0; left--) {
      let next = at + Math.sign(step);
      while (rows[next]?.hidden) next += Math.sign(step);
      if (!rows[next]) break;
      at = next;
    }
    return at;
  };

  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.altKey || event.metaKey) return;
    const row = rowOf(cell);
    const own = cells[row];
    const at = own.indexOf(cell);
    const vertical = (step) => {
      const to = rowFrom(row, step);
      focus(cellAt(to, column), column);
    };
    const moves = {
      ArrowRight: () => focus(own[at + 1]),
      ArrowLeft: () => focus(own[at - 1]),
      ArrowDown: () => vertical(1),
      ArrowUp: () => vertical(-1),
      PageDown: () => vertical(10),
      PageUp: () => vertical(-10),
      Home: () => focus(event.ctrlKey ? cells[rowFrom(-1, 1)][0] : own[0]),
      End: () => focus((event.ctrlKey ? cells[rowFrom(rows.length, -1)] : own).at(-1)),
      n: nextRefused,
      N: nextRefused,
    };
    if (!Object.hasOwn(moves, event.key) || (event.ctrlKey && !/Home|End/.test(event.key))) return;
    event.preventDefault();
    moves[event.key]();
  });
  grid.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td");
    if (cell) read(cell);
  });
  grid.addEventListener("pointerover", (event) => {
    const cell = event.target.closest("td");
    if (cell) read(cell);
  });
  grid.addEventListener("pointerleave", () => {
    if (grid.contains(document.activeElement)) read(current);
  });
  grid.addEventListener("click", (event) => focus(event.target.closest("td")));
  document.getElementById("next-refused")?.addEventListener("click", nextRefused);

  const filter = document.getElementById("filter");
  const filtered = document.getElementById("filtered");
  const machines = [...document.querySelectorAll(".machines tbody tr")];
  const texts = machines.map((row) => row.textContent.toLowerCase());
  const cards = [...document.querySelectorAll("svg [data-machine]")];
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const isShown = texts.map((text) => words.every((word) => text.includes(word)));
    machines.forEach((row, index) => (row.hidden = !isShown[index]));
    rows.forEach((row, index) => (row.hidden = !isShown[index]));
    for (const card of cards) card.classList.toggle("away", !isShown[card.dataset.machine]);
    const shown = isShown.filter(Boolean).length;
    filtered.textContent = words.length > 0 ? `${shown} of ${machines.length} machines` : "";
    // The matrix can always be tabbed to.
    if (current.parentElement.hidden && shown > 0) {
      current.tabIndex = -1;
      current = cells[rowFrom(-1, 1)][0];
      column = 0;
      current.tabIndex = 0;
    }
  });
})();
