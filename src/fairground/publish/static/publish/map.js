// The map: draws what the page hands it, keeps the view in the address and the list in step with the view.
// The list is rendered by the server; without this file the page is the list and a picture.
import { addMarks, addRing } from "./marks.js";
import { coloursOf, styleOf } from "./map_style.js";
import { exportPicture, pictureOf } from "./map_export.js";

const frame = document.getElementById("map");
const drawing = JSON.parse(frame.dataset.drawing);
const words = drawing.words;
const PAUSE_MS = 350; // between the end of a move and the new list
const CLICKED = ["singles", "labels", "clusters", "areas", "zones"];

function failed(error) {
  const line = document.querySelector(".map-failed");
  line.textContent = words.failed;
  line.hidden = false;
  console.warn(error);
}

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function link(address, text) {
  const made = element("a", text);
  made.href = address;
  return made;
}

// The question of this page with other parameters; null takes one off.
function question(changes) {
  const address = new URL(location.href);
  address.searchParams.delete("page");
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  return address;
}

function said(properties, side = "") {
  return properties[`${side}${drawing.language}`] ?? "";
}

function describe(properties) {
  const box = element("div", "", "map-popup");
  box.append(element("b", said(properties)));
  const kind = drawing.kinds[properties.kind] ?? properties.kind;
  const type = properties.kind === "platform" ? drawing.types[properties.type] : "";
  const line = element("p", [kind, type, said(properties, "org_")].filter(Boolean).join(" · "), "meta");
  box.append(line);
  if (properties.demonstration) box.append(element("span", words.demonstration, "mark-demo"));
  const record = drawing.record.replace("KIND", properties.kind).replace("KEY", properties.key);
  const way = element("p");
  way.append(link(record, words.open));
  box.append(way);
  return box;
}

function describeArea(properties) {
  const box = element("div", "", "map-popup");
  box.append(element("b", said(properties)), element("p", words[`at_${properties.level}`], "meta"));
  const list = element("ul");
  for (const [code, label] of Object.entries(drawing.kinds)) {
    if (!properties[code]) continue;
    const address = question({ [properties.level]: properties.code, kind: code, bbox: null });
    address.pathname = drawing.catalogue;
    const entry = element("li");
    entry.append(link(address, `${label} ${properties[code]}`));
    list.append(entry);
  }
  box.append(list);
  return box;
}

function describeZone(properties) {
  const box = element("div", "", "map-popup");
  const way = element("p");
  way.append(link(properties.url, words.in_zone));
  box.append(element("b", properties.name), way);
  return box;
}

function boxOf(map) {
  const bounds = map.getBounds();
  const sides = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const most = [180, 85, 180, 85];
  return sides.map((side, place) => Math.max(-most[place], Math.min(most[place], side)).toFixed(4)).join(",");
}

function keepListInStep(map) {
  let waiting = 0;
  let asked = null;
  map.on("moveend", () => {
    history.replaceState(history.state, "", question({ bbox: boxOf(map) }));
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      asked?.abort();
      asked = new AbortController();
      const list = document.getElementById("map-list");
      list.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(question({}), { headers: { "HX-Request": "true" }, signal: asked.signal });
        if (!answer.ok) throw new Error(`the list: ${answer.status}`);
        const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("map-list");
        const hadFocus = list.contains(document.activeElement);
        list.replaceWith(made);
        if (hadFocus) made.focus();
      } catch (error) {
        if (error.name === "AbortError") return;
        list.removeAttribute("aria-busy");
        list.querySelector(".map-count").textContent = words.list_failed;
      }
    }, PAUSE_MS);
  });
  // Chips, tabs and forms of this page keep the view as it is now, not as it was when the page was made.
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest("a[href]");
    const box = new URL(location.href).searchParams.get("bbox");
    if (!anchor || !box || anchor.dataset.whole !== undefined || anchor.origin !== location.origin) return;
    if (anchor.pathname !== drawing.map) return;
    const address = new URL(anchor.href);
    address.searchParams.set("bbox", box);
    anchor.href = address;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const box = new URL(location.href).searchParams.get("bbox");
    if (new URL(form.action).pathname !== drawing.map || !box) return;
    let field = form.querySelector("input[name=bbox]");
    if (!field) {
      field = element("input");
      field.type = "hidden";
      field.name = "bbox";
      form.append(field);
    }
    field.value = box;
  });
}

function answerClicks(map, library) {
  let popup = null;
  const show = (place, content) => {
    popup?.remove();
    popup = new library.Popup({ offset: 12, locale: { "Popup.Close": words.close } }).setLngLat(place).setDOMContent(content).addTo(map);
  };
  map.on("click", (event) => {
    const box = [
      [event.point.x - 6, event.point.y - 6],
      [event.point.x + 6, event.point.y + 6],
    ];
    const [found] = map.queryRenderedFeatures(box, { layers: CLICKED });
    if (!found) return;
    const place = found.geometry.coordinates;
    if (found.properties.key) show(place, describe(found.properties));
    else if (found.layer.id === "areas") show(place, describeArea(found.properties));
    else if (found.layer.id === "zones") show(place, describeZone(found.properties));
    else if (map.getZoom() < 15.5) map.easeTo({ center: place, zoom: Math.min(map.getZoom() + 2, 16) });
    else {
      const around = element("div", "", "map-popup");
      const few = 0.0006;
      const [longitude, latitude] = place;
      const corner = [longitude - few, latitude - few, longitude + few, latitude + few].map((side) => side.toFixed(6));
      around.append(link(question({ bbox: corner.join(",") }), words.found_here.replace("{n}", found.properties.n)));
      show(place, around);
    }
  });
  for (const layer of CLICKED) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

function pointOut(map) {
  const keyOf = (target) => target?.closest?.(".map-list .row")?.querySelector("h3 a")?.pathname.split("/").at(-2) ?? "";
  const set = (key) => map.setFilter("pointed", ["==", ["get", "key"], key]);
  for (const kind of ["focusin", "mouseover"]) {
    document.addEventListener(kind, (event) => map.isStyleLoaded() && set(keyOf(event.target) || location.hash.slice(1)));
  }
  if (location.hash) set(location.hash.slice(1));
}

function answerKeys(map) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    if (event.key === "l") document.getElementById("map-list").focus();
    else if (event.key === "m") map.getCanvas().focus();
    else return;
    event.preventDefault();
  });
}

class Home {
  onAdd(map) {
    this.group = element("div", "", "maplibregl-ctrl maplibregl-ctrl-group");
    const button = element("button", "⌂");
    button.type = "button";
    button.title = words.home;
    button.setAttribute("aria-label", words.home);
    button.addEventListener("click", () => map.fitBounds(drawing.home, { padding: 16 }));
    this.group.append(button);
    return this.group;
  }

  onRemove() {
    this.group.remove();
  }
}

async function draw() {
  const library = await import(drawing.library);
  library.setWorkerUrl(drawing.worker);
  let colours = coloursOf(document.documentElement);
  const picture = frame.querySelector(".map-picture");
  const map = new library.Map({
    container: frame,
    style: styleOf(drawing, colours),
    bounds: drawing.view,
    fitBoundsOptions: { padding: new URL(location.href).searchParams.has("bbox") ? 0 : 16 },
    maxZoom: drawing.deepest,
    minZoom: 1,
    renderWorldCopies: false,
    fadeDuration: 0,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false, // the line under the map says it, on paper too
    localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
    validateStyle: false, // it is ours, and the operator's was read at the start
    locale: {
      "NavigationControl.ZoomIn": words.zoom_in,
      "NavigationControl.ZoomOut": words.zoom_out,
      "Map.Title": words.map_of,
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new Home(), "top-right");
  map.addControl(new library.ScaleControl(), "bottom-left");
  map.setMissingStyleImageResolver((name) => addRing(map, name, colours));
  map.on("style.load", () => addMarks(map, colours));
  map.once("load", () => {
    frame.dataset.ready = String(Math.round(performance.now()));
    picture?.remove();
    keepListInStep(map);
    answerClicks(map, library);
    pointOut(map);
  });
  map.on("error", ({ error }) => console.warn(error?.message ?? error));
  answerKeys(map);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colours = coloursOf(document.documentElement);
    map.setStyle(styleOf(drawing, colours), { diff: false });
  });
  const save = document.querySelector("[data-map-export]");
  save.hidden = false;
  save.addEventListener("click", () => exportPicture(map, drawing, colours));
  const print = document.querySelector("[data-map-print]");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  // Paper gets a copy: what the graphics drew last is gone by the time a page is printed.
  const paper = element("canvas", "", "map-paper");
  frame.after(paper);
  addEventListener("beforeprint", () => {
    const seen = pictureOf(map);
    paper.width = seen.width;
    paper.height = seen.height;
    paper.getContext("2d").drawImage(seen, 0, 0);
  });
}

draw().catch(failed);
