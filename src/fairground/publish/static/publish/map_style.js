// How the map looks: quiet land in the colours of the page, labels in the reader's language from the fonts of this machine.
import { TYPES } from "./marks.js";

const FONT = ["system-ui", "sans-serif"];
const HAS_KEY = ["has", "key"];
const KIND_OF_MARK = ["match", ["get", "type"], TYPES, ["get", "type"], "other"];

export function coloursOf(element) {
  const style = getComputedStyle(element);
  const names = [...TYPES, "other", "paper", "raised", "ink", "muted", "accent", "land", "sea", "province", "province-line"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// The name of the ring a cluster is drawn with: its parts in twenty-fourths, 'ring-12-6-0-0-0-6'. See ring in marks.js.
function ringOf() {
  const part = (count) => ["to-string", ["round", ["/", ["*", 24, count], ["get", "n"]]]];
  const counts = TYPES.map((type) => ["coalesce", ["get", type], 0]);
  const rest = ["-", ["get", "n"], ["+", ...counts]];
  return ["concat", "ring", ...[...counts, rest].flatMap((count) => ["-", part(count)])];
}

export function styleOf(drawing, colours) {
  const name = ["get", drawing.language];
  const label = {
    "text-font": FONT,
    "text-size": 13,
    "text-max-width": 11,
    "text-padding": 4,
  };
  const ink = { "text-color": colours.ink, "text-halo-color": colours.paper, "text-halo-width": 1.4 };
  const operator = drawing.operator;
  const base = operator
    ? operator.layers
    : [
        { id: "land", type: "fill", source: "base", "source-layer": "land", paint: { "fill-color": colours.land } },
        { id: "provinces", type: "fill", source: "base", "source-layer": "provinces", paint: { "fill-color": colours.province } },
        {
          id: "lines",
          type: "line",
          source: "base",
          "source-layer": "lines",
          paint: { "line-color": colours["province-line"], "line-width": 1 },
        },
        {
          id: "names",
          type: "symbol",
          source: "base",
          "source-layer": "names",
          minzoom: 4,
          maxzoom: 8,
          layout: { ...label, "text-field": name, "text-size": 15, "text-letter-spacing": 0.15 },
          paint: { "text-color": colours.muted, "text-halo-color": colours.province, "text-halo-width": 1.4 },
        },
      ];
  return {
    version: 8,
    sources: {
      ...(operator?.sources ?? {
        base: { type: "vector", tiles: [absolute(drawing.base)], maxzoom: drawing.deepest_base },
      }),
      records: { type: "vector", tiles: [absolute(drawing.tiles)], maxzoom: drawing.deepest },
      zones: { type: "geojson", data: zonesOf(drawing) },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colours.sea } },
      ...base,
      // Marks stand above names and find their places first, so that no name is written over a mark.
      {
        id: "labels",
        type: "symbol",
        source: "records",
        "source-layer": "places",
        minzoom: 9.5,
        filter: HAS_KEY,
        layout: {
          ...label,
          "text-field": name,
          "text-variable-anchor": ["left", "right", "top", "bottom"],
          "text-radial-offset": 1.2,
          "text-padding": 1,
          "text-justify": "auto",
        },
        paint: ink,
      },
      {
        id: "zones",
        type: "symbol",
        source: "zones",
        minzoom: 5.2,
        layout: {
          ...label,
          "text-field": ["get", "name"],
          "text-variable-anchor": ["bottom", "right", "top", "left"],
          "text-radial-offset": 1.7,
          "text-justify": "auto",
        },
        paint: { ...ink, "text-color": colours.accent },
      },
      {
        id: "areas",
        type: "symbol",
        source: "records",
        "source-layer": "areas",
        layout: {
          ...label,
          "icon-image": "area",
          "icon-allow-overlap": true,
          "icon-offset": [26, 20],
          "text-field": ["to-string", ["get", "n"]],
          "text-size": 12,
          "text-offset": [2.17, 1.67],
          "text-allow-overlap": true,
        },
        paint: ink,
      },
      {
        id: "clusters",
        type: "symbol",
        source: "records",
        "source-layer": "places",
        filter: ["!", HAS_KEY],
        layout: {
          ...label,
          "icon-image": ringOf(),
          "icon-size": ["interpolate", ["linear"], ["get", "n"], 2, 0.72, 50, 0.9, 1000, 1.15],
          "icon-allow-overlap": true,
          "text-field": ["to-string", ["get", "n"]],
          "text-allow-overlap": true,
          "symbol-sort-key": ["get", "n"],
        },
        paint: { "text-color": colours.ink },
      },
      {
        id: "singles",
        type: "symbol",
        source: "records",
        "source-layer": "places",
        filter: HAS_KEY,
        layout: {
          "icon-image": KIND_OF_MARK,
          "icon-padding": 0,
          "icon-allow-overlap": true,
        },
      },
      {
        id: "pointed",
        type: "circle",
        source: "records",
        "source-layer": "places",
        filter: ["==", ["get", "key"], ""],
        paint: { "circle-radius": 14, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": colours.accent, "circle-stroke-width": 2.5 },
      },
    ],
  };
}

function zonesOf(drawing) {
  return {
    type: "FeatureCollection",
    features: drawing.zones.map(({ code, name, point, url }) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: point },
      properties: { code, name, url },
    })),
  };
}

// A worker has no page to begin a short address from.
function absolute(address) {
  return location.origin + address;
}
