// The marks of the map, drawn on canvases: five types of platform and what else there is, each by shape and colour, and
// rings that show what a cluster is made of.
const SCALE = 2; // pixels for each point of the screen
export const TYPES = ["transfer", "incubation", "industrial-innovation", "st-service", "space"];
const SHAPES = {
  transfer: (pen) => pen.arc(8, 8, 5.5, 0, 2 * Math.PI),
  incubation: (pen) => polygon(pen, [[8, 1.5], [14.5, 13.5], [1.5, 13.5]]),
  "industrial-innovation": (pen) => polygon(pen, [[3, 3], [13, 3], [13, 13], [3, 13]]),
  "st-service": (pen) => polygon(pen, [[8, 1], [15, 8], [8, 15], [1, 8]]),
  space: (pen) => polygon(pen, [[4.6, 2], [11.4, 2], [15, 8], [11.4, 14], [4.6, 14], [1, 8]]),
  other: (pen) =>
    polygon(pen, [[6, 2], [10, 2], [10, 6], [14, 6], [14, 10], [10, 10], [10, 14], [6, 14], [6, 10], [2, 10], [2, 6], [6, 6]]),
};

function polygon(pen, corners) {
  corners.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

function canvasOf(size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * SCALE;
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  return pen;
}

function imageOf(pen) {
  return pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height);
}

function mark(shape, fill, ink) {
  const pen = canvasOf(20);
  pen.translate(2, 2);
  pen.beginPath();
  SHAPES[shape](pen);
  pen.fillStyle = fill;
  pen.strokeStyle = ink;
  pen.lineWidth = 1.2;
  pen.fill();
  pen.stroke();
  return imageOf(pen);
}

function area(colours) {
  const pen = canvasOf(28);
  pen.fillStyle = colours.raised;
  pen.strokeStyle = colours.ink;
  pen.setLineDash([3, 2]);
  pen.fillRect(2, 2, 24, 24);
  pen.strokeRect(2, 2, 24, 24);
  return imageOf(pen);
}

function ring(name, colours) {
  const parts = name.split("-").slice(1).map(Number);
  const whole = parts.reduce((sum, part) => sum + part, 0) || 1;
  const pen = canvasOf(44);
  pen.translate(22, 22);
  let from = -Math.PI / 2;
  parts.forEach((part, place) => {
    if (!part) return;
    const to = from + (2 * Math.PI * part) / whole;
    pen.beginPath();
    pen.moveTo(0, 0);
    pen.arc(0, 0, 20, from, to);
    pen.closePath();
    pen.fillStyle = colours[TYPES[place] ?? "other"];
    pen.fill();
    from = to;
  });
  pen.beginPath();
  pen.arc(0, 0, 15, 0, 2 * Math.PI);
  pen.fillStyle = colours.raised;
  pen.fill();
  for (const radius of [15, 20]) {
    pen.beginPath();
    pen.arc(0, 0, radius, 0, 2 * Math.PI);
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 0.8;
    pen.stroke();
  }
  return imageOf(pen);
}

export function addMarks(map, colours) {
  const add = (name, image) => map.hasImage(name) || map.addImage(name, image, { pixelRatio: SCALE });
  for (const type of [...TYPES, "other"]) add(type, mark(type, colours[type], colours.ink));
  add("area", area(colours));
}

export function addRing(map, name, colours) {
  if (name.startsWith("ring-") && !map.hasImage(name)) map.addImage(name, ring(name, colours), { pixelRatio: SCALE });
}
