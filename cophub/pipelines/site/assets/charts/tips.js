/* What is said of a mark: one small panel for the page. */
const tip = (() => {
  const panel = document.createElement("div");
  panel.className = "tip";
  panel.hidden = true;
  panel.setAttribute("aria-hidden", "true");
  document.body.append(panel);
  const line = (swatch, name, text) => {
    const row = document.createElement("p");
    if (swatch) row.append(swatch.cloneNode());
    const [label, value] = [document.createElement("span"), document.createElement("b")];
    [label.textContent, value.textContent] = [name, text];
    row.append(label, value);
    return row;
  };
  return {
    hide: () => { panel.hidden = true; },
    show: (chart, row, mark) => {
      const [[, title], ...cells] = chart.cells(chart.rows.get(row));
      const head = document.createElement("strong");
      head.textContent = title;
      panel.replaceChildren(head, ...cells.map(([name, text], at) => line(chart.swatches[at], name, text)));
      panel.hidden = false;
      const [width, height, most] = [panel.offsetWidth, panel.offsetHeight, document.documentElement.clientWidth - 4];
      const beside = [mark.right + 10, mark.left - 10 - width].find((x) => x >= 4 && x + width <= most);
      const above = Math.min(Math.max(4, (mark.left + mark.right - width) / 2), most - width);
      panel.style.left = `${(beside ?? above) + scrollX}px`;
      panel.style.top = `${(beside === undefined ? mark.top - height - 8 : Math.max(4, mark.top)) + scrollY}px`;
    },
  };
})();
