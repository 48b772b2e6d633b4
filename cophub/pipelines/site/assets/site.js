/* Sorting and searching. Without this file every page still holds and shows all it has. */
(() => {
  "use strict";
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent.trim();
  };
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

  /* What is hidden or missing has no value and comes last, whichever way the column is sorted. */
  const order = (kind, column, down) => (a, b) => {
    const [x, y] = [value(a, column), value(b, column)];
    if (x === "" || y === "") return (x === "") - (y === "");
    const difference = kind === "number" ? x - y : words.compare(x, y);
    return down ? -difference : difference;
  };

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    for (const head of heads.filter((each) => each.dataset.sort)) {
      // Inline, unlike a button, so that no line breaks elsewhere than before and nothing moves.
      const button = document.createElement("span");
      button.role = "button";
      button.tabIndex = 0;
      button.className = "sort";
      button.append(head.firstChild.textContent.trim());
      head.firstChild.replaceWith(button, " ");
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        const down = was ? was === "ascending" : head.dataset.sort === "number" || "down" in head.dataset;
        for (const each of heads) each.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort(order(head.dataset.sort, head.cellIndex, down)));
      });
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        button.click();
      });
    }
  }

  const bare = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  for (const box of document.querySelectorAll("[data-find]")) {
    const rows = [...document.getElementById(box.dataset.find).tBodies[0].rows];
    const texts = rows.map((row) => bare(row.textContent));
    const [input, output] = [box.querySelector("input"), box.querySelector("output")];
    input.addEventListener("input", () => {
      const wanted = bare(input.value).split(/\s+/).filter(Boolean);
      let found = 0;
      rows.forEach((row, index) => {
        row.hidden = !wanted.every((word) => texts[index].includes(word));
        found += !row.hidden;
      });
      const said = document.documentElement.dataset.found.replace("{0}", found).replace("{1}", rows.length);
      output.textContent = wanted.length ? said : "";
    });
    box.hidden = false;
  }

  /* What makes charts answer is loaded when the first of them is near. */
  const near = new IntersectionObserver((seen) => {
    if (!seen.some((each) => each.isIntersecting)) return;
    near.disconnect();
    const script = document.createElement("script");
    script.src = document.documentElement.dataset.charts;
    document.head.append(script);
  }, { rootMargin: "600px" });
  for (const chart of document.querySelectorAll("[data-chart]")) near.observe(chart);
})();
