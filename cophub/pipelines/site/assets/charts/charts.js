/* Charts that answer: Vega draws each again in the place of its drawing, at the same size. What it
   says of a mark is the row of the table beside it, so both always agree. */

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.told = JSON.parse(figure.querySelector("script").textContent);
    this.plot = figure.querySelector(".plot");
    this.table = figure.querySelector("table");
    this.rows = new Map([...this.table.tBodies[0].rows].map((row) => [row.dataset.row, row]));
    this.swatches = [...figure.querySelectorAll(".legend > span")].map((each) => each.querySelector(".swatch"));
    this.views = new Map();
    this.whole = figure.querySelector("[data-whole]");
    [this.off, this.at, this.kept, this.from, this.span] = [[], "", null, null, []];
    this.watch();
    this.listen();
    this.legend();
    this.save();
  }

  /* Each of the two drawings is replaced when it is seen for the first time. */
  watch() {
    const watcher = new IntersectionObserver((seen) => {
      for (const { target } of seen.filter((each) => each.isIntersecting)) {
        watcher.unobserve(target);
        this.draw(target);
      }
    }, { rootMargin: "300px" });
    for (const place of this.plot.children) watcher.observe(place);
  }

  async draw(place) {
    const drawing = place.firstElementChild;
    const box = document.createElement("div");
    box.className = "live";
    const [wide, narrow] = this.told.widths;
    const width = place.classList.contains("at-wide") ? wide : narrow;
    const spec = specification(narrowed(this.told, this.rows, this.kept), width, this.shown());
    const { view } = await embed(box, spec, this.told.locale, getComputedStyle(this.plot).fontFamily);
    await view.signal("off", this.off).runAsync();
    const svg = box.querySelector("svg");
    svg.setAttribute("aria-hidden", "true");
    if (!this.views.has(place)) {
      const { width, height } = drawing.viewBox.baseVal;
      place.style.aspectRatio = `${width} / ${height}`;
    }
    this.views.get(place)?.finalize();
    this.views.set(place, view);
    drawing.replaceWith(box);
    this.order = this.alongX(svg);
    for (const kind of ["pointermove", "pointerdown"])
      view.addEventListener(kind, (event, item) => this.touched(event, nearest(svg, event), item));
    this.ready();
  }

  /* Draws everything that was drawn before again: one after the other, as often as it is wanted. */
  redraw() {
    this.drawn = (this.drawn ?? Promise.resolve()).then(async () => {
      for (const place of this.views.keys()) await this.draw(place);
    });
    return this.drawn;
  }

  /* The keys of the rows that are drawn. */
  shown() {
    return this.kept ?? [...this.rows.keys()];
  }

  /* The rows in the order in which they are read: from left to right. */
  alongX(svg) {
    const x = new Map(this.shown().map((row) => [row, shapes(svg, row)[0]?.__data__.bounds.x1]));
    return [...x.keys()].filter((row) => x.get(row) !== undefined).sort((a, b) => x.get(a) - x.get(b));
  }

  touched(event, band, item) {
    const [row, mark] = band ?? [item?.datum?.row ?? "", event.target];
    this.point(row, mark);
    if (!band || !row) return;
    if (event.type === "pointerdown" && event.button === 0) this.from = row;
    else if (event.buttons && this.from) this.choose(row);
  }

  /* Tints the rows from where the choice began to `row`. */
  choose(row) {
    const [a, b] = [this.order.indexOf(this.from), this.order.indexOf(row)].sort((x, y) => x - y);
    this.span = a < b ? this.order.slice(a, b + 1) : [];
    this.signal("span", this.span);
  }

  /* Shows the chosen rows alone, or all. */
  zoom(rows) {
    [this.kept, this.from, this.span] = [rows, null, []];
    this.whole.hidden = rows === null;
    this.point("");
    return this.redraw();
  }

  signal(name, value) {
    for (const view of this.views.values()) view.signal(name, value).runAsync();
  }

  /* A slider along the rows: what the keyboard and a screen reader know already. */
  ready() {
    if (!this.order.length) return;
    const { plot } = this;
    plot.tabIndex = 0;
    plot.setAttribute("role", "slider");
    plot.setAttribute("aria-valuemin", "1");
    plot.setAttribute("aria-valuemax", String(this.order.length));
    this.value(this.order.length - 1);
    this.figure.dataset.state = "ready";
  }

  value(index) {
    const row = this.rows.get(this.order[index]);
    this.plot.setAttribute("aria-valuenow", String(index + 1));
    const cells = this.cells(row).map(([name, text, reason]) => [name, text === "–" && reason ? reason : text]);
    this.plot.setAttribute("aria-valuetext", cells.map(([name, text]) => name ? `${name}: ${text}` : text).join(", "));
  }

  /* Heads and texts of a row; the first is the row's own name. */
  cells(row) {
    const heads = [...this.table.tHead.rows[0].cells];
    return [...row.cells].map((cell, column) => {
      const reason = cell.querySelector(".sr");
      return [column ? heads[column].textContent.trim() : "", cell.textContent.replace(reason?.textContent ?? "", "").trim(), reason?.textContent.trim() ?? ""];
    });
  }

  listen() {
    const { plot } = this;
    plot.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.point(""));
    addEventListener("pointerdown", (event) => plot.contains(event.target) || this.point(""));
    plot.addEventListener("blur", () => { this.unchoose(); this.point(""); });
    plot.addEventListener("focus", () => plot.matches(":focus-visible") && this.step(0));
    addEventListener("pointerup", () => this.chosen());
    addEventListener("pointercancel", () => this.unchoose());
    this.whole.addEventListener("click", () => { this.zoom(null); plot.focus(); });
    plot.addEventListener("keydown", (event) => this.pressed(event) && event.preventDefault());
  }

  /* What was chosen by dragging, or with Shift and the arrows, is shown alone. */
  chosen() {
    if (this.span.length > 1) this.zoom(this.span);
    this.from = null;
  }

  pressed({ key, shiftKey }) {
    const last = this.order.length - 1;
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 6, PageDown: -6, Home: -last, End: last };
    if (key in steps) {
      if (shiftKey) this.from ??= this.order[this.now()];
      else this.unchoose();
      this.step(steps[key]);
      if (shiftKey) this.choose(this.order[this.now()]);
    } else if (key === "Enter") this.chosen();
    else if (key === "Escape") this.back();
    return key in steps || key === "Enter" || key === "Escape";
  }

  /* One step back: out of the panel, then out of a choice, then to the whole. */
  back() {
    if (this.span.length) this.unchoose();
    else if (!this.at && this.kept) this.zoom(null);
    this.point("");
  }

  unchoose() {
    if (this.span.length) this.signal("span", []);
    [this.from, this.span] = [null, []];
  }

  now() {
    return Number(this.plot.getAttribute("aria-valuenow")) - 1;
  }

  step(by) {
    const index = Math.min(Math.max(this.now() + by, 0), this.order.length - 1);
    this.value(index);
    this.point(this.order[index]);
  }

  /* Says what a row says, beside the mark that is pointed at; else beside the row's highest. */
  point(row, mark = null) {
    if (row === this.at && !mark) return;
    this.at = row;
    this.signal("at", row);
    if (!this.rows.has(row)) return tip.hide();
    if (this.order.includes(row)) this.value(this.order.indexOf(row));
    const svg = [...this.plot.querySelectorAll("svg")].find((each) => each.checkVisibility());
    const places = (mark ? [mark] : shapes(svg, row)).map((each) => each.getBoundingClientRect());
    if (places.length) tip.show(this, row, places.reduce((a, b) => (b.height > a.height ? b : a)));
  }

  /* Entries with a colour switch what they name off and on; one always stays. */
  legend() {
    const entries = this.swatches.filter(Boolean).map((swatch) => swatch.closest("[data-name]"));
    if (entries.length < 2) return;
    for (const entry of entries) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "toggle";
      button.setAttribute("aria-pressed", "true");
      const [swatch, label] = entry.childNodes;
      entry.prepend(button);
      button.append(swatch, label.textContent.trim());
      label.textContent = " ";
      button.addEventListener("click", () => {
        const { name } = entry.dataset;
        const on = this.off.includes(name);
        if (!on && this.off.length === entries.length - 1) return;
        this.off = on ? this.off.filter((each) => each !== name) : [...this.off, name];
        button.setAttribute("aria-pressed", String(on));
        this.signal("off", this.off);
      });
    }
  }

  save() {
    for (const button of this.figure.querySelectorAll("[data-save]")) {
      button.addEventListener("click", () => slide(this, button.dataset.save));
    }
  }
}

addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hide(); });
addEventListener("resize", tip.hide);

for (const figure of document.querySelectorAll("figure[data-chart]")) new Chart(figure);
