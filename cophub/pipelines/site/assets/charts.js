/* Charts that answer: Vega draws each again in the place of its drawing, at the same size. What it
   says of a mark is the row of the table beside it, so both always agree. */
(() => {
  "use strict";
  const root = document.documentElement;

  /* The specification of a chart, `width` pixels wide, with its data and everything filled in; its
     views are `stretch` times as high. */
  const specification = ({ spec, widths, fill, data }, width, rows, stretch = 1) => {
    const filled = (part) => {
      if (Array.isArray(part)) return part.length === 1 && part[0] in fill ? fill[part[0]] : part.map(filled);
      if (part === null || typeof part !== "object") return part;
      return Object.fromEntries(Object.entries(part).map(([name, value]) => {
        if (name === "width" && value === widths[0]) return [name, width];
        if (name === "height" && Number.isFinite(value)) return [name, Math.round(value * stretch)];
        return [name, filled(value)];
      }));
    };
    const whole = filled(spec);
    return { ...whole, datasets: { ...whole.datasets, ...data, rows: rows.map((row) => ({ row })) } };
  };

  /* Only errors are logged (1). `ast`: expressions are read by Vega's interpreter, because the page's policy forbids eval. */
  const embed = (element, spec, locale, font) => {
    const options = { mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false,
      hover: false, tooltip: () => {}, logLevel: 1, formatLocale: locale ?? undefined };
    return vegaEmbed(element, { ...spec, config: { ...spec.config, font } }, options);
  };

  /* The marks of a row: Vega keeps what each element stands for beside it. */
  const shapes = (svg, row) =>
    [...svg.querySelectorAll("path, text, line, rect")].filter((each) => each.__data__?.datum?.row === row);

  /* The band that the pointer is in or next to, as its row and its element: between two bars there is
     no gap, and between two strips none. Undefined where a chart has no bands. */
  const nearest = (svg, { clientX, clientY }) => {
    const bands = [...svg.querySelectorAll("path")].filter(({ __data__ }) => __data__?.datum && Object.keys(__data__.datum).join() === "row");
    let [best, found] = [Infinity, undefined];
    for (const band of bands) {
      const { left, right, top, bottom, width } = band.getBoundingClientRect();
      const [across, down] = [Math.abs(clientX - (left + right) / 2), Math.abs(clientY - (top + bottom) / 2)];
      if (1000 * across + down >= best) continue;
      [best, found] = [1000 * across + down, across <= width ? [band.__data__.datum.row, band] : ["", band]];
    }
    return found;
  };

  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.told = JSON.parse(figure.querySelector("script").textContent);
      this.plot = figure.querySelector(".plot");
      this.table = figure.querySelector("table");
      this.rows = new Map([...this.table.tBodies[0].rows].map((row) => [row.dataset.row, row]));
      this.swatches = [...figure.querySelectorAll(".legend > span")].map((each) => each.querySelector(".swatch"));
      this.views = new Map();
      this.off = [];
      this.at = "";
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
      const drawing = place.querySelector("svg");
      const size = drawing.viewBox.baseVal;
      const box = document.createElement("div");
      const [wide, narrow] = this.told.widths;
      const width = place.classList.contains("at-wide") ? wide : narrow;
      const spec = specification(this.told, width, [...this.rows.keys()]);
      const { view } = await embed(box, spec, this.told.locale, getComputedStyle(this.plot).fontFamily);
      await view.signal("off", this.off).runAsync();
      const svg = box.querySelector("svg");
      svg.setAttribute("aria-hidden", "true");
      box.className = "live";
      place.style.aspectRatio = `${size.width} / ${size.height}`;
      drawing.replaceWith(box);
      this.views.set(place, view);
      this.order ??= this.alongX(svg);
      for (const kind of ["pointermove", "pointerdown"])
        view.addEventListener(kind, (event, item) => this.point(...(nearest(svg, event) ?? [item?.datum?.row ?? "", event.target])));
      this.ready();
    }

    /* The rows in the order in which they are read: from left to right. */
    alongX(svg) {
      const x = new Map([...this.rows.keys()].map((row) => [row, shapes(svg, row)[0]?.getBoundingClientRect().x]));
      return [...x.keys()].filter((row) => x.get(row) !== undefined).sort((a, b) => x.get(a) - x.get(b));
    }

    /* A slider along the rows: what the keyboard and a screen reader know already. */
    ready() {
      if (this.plot.tabIndex === 0 || !this.order.length) return;
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
      plot.addEventListener("blur", () => this.point(""));
      plot.addEventListener("focus", () => plot.matches(":focus-visible") && this.step(0));
      plot.addEventListener("keydown", (event) => {
        const last = this.order.length - 1;
        const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 6, PageDown: -6, Home: -last, End: last };
        if (event.key === "Escape") this.point("");
        else if (event.key in steps) this.step(steps[event.key]);
        else return;
        event.preventDefault();
      });
    }

    step(by) {
      const now = Number(this.plot.getAttribute("aria-valuenow")) - 1;
      const index = Math.min(Math.max(now + by, 0), this.order.length - 1);
      this.value(index);
      this.point(this.order[index]);
    }

    /* Says what a row says, beside the mark that is pointed at; else beside the row's highest. */
    point(row, mark = null) {
      if (row === this.at && !mark) return;
      this.at = row;
      for (const view of this.views.values()) view.signal("at", row).runAsync();
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
          for (const view of this.views.values()) view.signal("off", this.off).runAsync();
        });
      }
    }

    save() {
      for (const button of this.figure.querySelectorAll("[data-save]")) {
        button.addEventListener("click", () => slide(this, button.dataset.save));
      }
    }
  }

  /* The chart as a picture of its own for a slide: in light colours, with what must stand by it. */
  const SLIDE = { width: 960, height: 540, edge: 40, top: 132, bottom: 492, scale: 2 };

  /* A picture knows no style sheet: the variables of the light scheme, which is the sheet's first rule. */
  const light = (text) => {
    const { style } = document.styleSheets[0].cssRules[0];
    return text.replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim().replaceAll('"', "'"));
  };

  const pen = document.createElement("canvas").getContext("2d");
  const text = (words, { x, y, size, family = "--sans", weight = 400, colour = "--ink", most = SLIDE.width - 2 * SLIDE.edge }) => {
    const font = light(`var(${family})`);
    pen.font = `${weight} ${size}px ${font}`;
    let said = words;
    while (said.length > 1 && pen.measureText(said).width > most) said = `${said.slice(0, -2).trimEnd()}…`;
    const element = document.createElementNS("http://www.w3.org/2000/svg", "text");
    for (const [name, value] of Object.entries({ x, y, "font-size": size, "font-family": font, "font-weight": weight, fill: `var(${colour})` }))
      element.setAttribute(name, value);
    element.textContent = said;
    return { markup: new XMLSerializer().serializeToString(element), width: pen.measureText(said).width };
  };

  const keys = (chart) => {
    let x = SLIDE.edge;
    return chart.swatches.filter(Boolean).map((swatch) => {
      const { name } = swatch.closest("[data-name]").dataset;
      if (chart.off.includes(name)) return "";
      const colour = [...swatch.classList].find((each) => each.startsWith("of-")).slice(3);
      const label = text(swatch.parentElement.textContent.trim(), { x: x + 18, y: 114, size: 14, colour: "--soft" });
      const box = `<rect x="${x}" y="103" width="12" height="12" fill="var(--${colour})"/>`;
      x += label.width + 44;
      return box + label.markup;
    }).join("");
  };

  /* How high all views of a chart are, one above the other. */
  const heights = ({ height, vconcat = [] }) =>
    vconcat.reduce((sum, each) => sum + heights(each), Number.isFinite(height) ? height : 0);

  const picture = async (chart) => {
    const { width, height, edge, bottom } = SLIDE;
    const top = chart.swatches.some(Boolean) ? SLIDE.top : SLIDE.top - 26;
    const drawn = chart.plot.querySelector(".at-wide svg").viewBox.baseVal;
    const room = { width: width - 2 * edge, height: bottom - top };
    const scale = Math.min(1.3, room.height / drawn.height);
    const wide = Math.round(room.width / scale - drawn.width + chart.told.widths[0]);
    const views = heights(chart.told.spec);
    const stretch = Math.max(1, (views + room.height / scale - drawn.height) / views);
    const spec = specification(chart.told, wide, [...chart.rows.keys()], stretch);
    const { view } = await embed(document.createElement("div"), spec, chart.told.locale, light("var(--sans)"));
    await view.signal("off", chart.off).runAsync();
    const inner = new DOMParser().parseFromString(await view.toSVG(), "image/svg+xml").documentElement;
    view.finalize();
    const place = { x: edge, y: top, ...room, preserveAspectRatio: "xMinYMin meet" };
    for (const [name, value] of Object.entries(place)) inner.setAttribute(name, value);
    const { figure } = chart;
    const said = (selector) => figure.querySelector(selector)?.textContent.replace(/\s+/g, " ").trim() ?? "";
    const note = said(".note");
    const parts = [
      text(said("h3"), { x: edge, y: 58, size: 27, family: "--serif", weight: 600 }),
      text(document.querySelector("h1").textContent.trim(), { x: edge, y: 84, size: 16, colour: "--soft" }),
      text(note && `○ ${note}`, { x: edge, y: 505, size: 11, colour: "--soft" }),
      text(figure.dataset.source, { x: edge, y: 522, size: 11, colour: "--soft" }),
    ].map((each) => each.markup).join("");
    const markup = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width * SLIDE.scale}" height="${height * SLIDE.scale}">`
      + `<rect width="${width}" height="${height}" fill="#fff"/>${parts}${keys(chart)}${new XMLSerializer().serializeToString(inner)}</svg>`;
    return light(markup);
  };

  const painted = async (markup) => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [SLIDE.width * SLIDE.scale, SLIDE.height * SLIDE.scale];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  };

  const slide = async (chart, kind) => {
    const markup = await picture(chart);
    const blob = kind === "png" ? await painted(markup) : new Blob([markup], { type: "image/svg+xml" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${chart.figure.dataset.file}.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

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
        const [width, height, most] = [panel.offsetWidth, panel.offsetHeight, root.clientWidth - 4];
        const beside = [mark.right + 10, mark.left - 10 - width].find((x) => x >= 4 && x + width <= most);
        const above = Math.min(Math.max(4, (mark.left + mark.right - width) / 2), most - width);
        panel.style.left = `${(beside ?? above) + scrollX}px`;
        panel.style.top = `${(beside === undefined ? mark.top - height - 8 : Math.max(4, mark.top)) + scrollY}px`;
      },
    };
  })();
  addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hide(); });
  addEventListener("resize", tip.hide);

  for (const figure of document.querySelectorAll("figure[data-chart]")) new Chart(figure);
})();
