/* The chart as a picture of its own for a slide: in light colours, with what must stand by it. */
const SLIDE = { width: 960, height: 540, edge: 40, top: 132, bottom: 492, scale: 2 };

/* A picture knows no style sheet: the variables of the light scheme, which is the sheet's first rule,
   on white. */
const light = (text) => {
  const { style } = document.styleSheets[0].cssRules[0];
  return text.replace(/var\((--[\w-]+)\)/g, (_, name) => name === "--paper" ? "#fff" : style.getPropertyValue(name).trim().replaceAll('"', "'"));
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
  const spec = specification(narrowed(chart.told, chart.rows, chart.kept), wide, chart.shown(), stretch);
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
