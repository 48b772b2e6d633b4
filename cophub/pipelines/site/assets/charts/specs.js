/* What Vega draws a chart from, and what it has drawn. */

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

/* What is drawn of a chart when only `kept` rows are shown, all of them where it is null: of so few
   that each has room, each has its label. */
const narrowed = (told, rows, kept) => {
  if (kept === null) return told;
  const wanted = (list) => list.every((each) => rows.has(each)) && list.length
    ? (kept.length <= 8 ? kept : list.filter((each) => kept.includes(each))) : list;
  const fill = Object.entries(told.fill).map(([name, list]) => [name, wanted(list)]);
  const data = Object.entries(told.data).map(([name, list]) => [name, list.filter(({ row }) => kept.includes(row))]);
  return { ...told, fill: Object.fromEntries(fill), data: Object.fromEntries(data) };
};

/* Only errors are logged (1). `ast`: expressions are read by Vega's interpreter, because the page's
   policy forbids eval. */
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
