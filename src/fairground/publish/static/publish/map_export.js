// The map as a picture file: what is seen, with title, question, date and whose data it is.
const MARGIN = 16;
const LINE = 20;

// The canvas of the map, drawn now: it holds its picture only until the browser has shown it.
export function pictureOf(map) {
  map.redraw();
  return map.getCanvas();
}

export function exportPicture(map, drawing, colours) {
  const seen = pictureOf(map);
  const scale = seen.width / seen.clientWidth;
  const chips = [...document.querySelectorAll(".map-question .chip > span:not(.take-off, .unseen, .of)")].map((chip) => chip.textContent);
  const text = new URL(location.href).searchParams.get("q");
  const day = new Date().toLocaleDateString(drawing.language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "long" });
  const number = drawing.review_number ? ` · ${drawing.review_number}` : "";
  const lines = [
    [drawing.hub, drawing.words.map_of, text, ...chips].filter(Boolean).join(" · "),
    `${day} · ${location.origin}`,
    `${drawing.credit}${number}`,
  ];
  const sheet = document.createElement("canvas");
  sheet.width = seen.width;
  sheet.height = seen.height + (2 * MARGIN + lines.length * LINE) * scale;
  const pen = sheet.getContext("2d");
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(seen, 0, 0);
  pen.scale(scale, scale);
  pen.fillStyle = colours.ink;
  pen.font = `13px ${getComputedStyle(document.body).fontFamily}`;
  lines.forEach((line, place) => pen.fillText(line, MARGIN, seen.clientHeight + MARGIN + (place + 0.7) * LINE, seen.clientWidth - 2 * MARGIN));
  sheet.toBlob((file) => {
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(file);
    anchor.download = `map-${new Date().toISOString().slice(0, 10)}.png`;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
  }, "image/png");
}
