// Copies what package.json names to where the portal serves it from, and prints the lines of the lists of versions:
// ../static/web/vendor/VERSIONS.md and ../../places/core/data/base/README.md. Run by `npm run refresh`.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const STATIC = "../static/web/vendor/";
const BASE = "../../places/core/data/base/";
const FILES = [
  ["htmx.org", "dist/htmx.min.js", STATIC, "htmx.min.js"],
  ["htmx.org", "LICENSE", STATIC, "htmx.LICENSE.txt"],
  ["maplibre-gl", "dist/maplibre-gl.mjs", STATIC, "maplibre-gl.mjs"],
  ["maplibre-gl", "dist/maplibre-gl-worker.mjs", STATIC, "maplibre-gl-worker.mjs"],
  ["maplibre-gl", "dist/maplibre-gl.css", STATIC, "maplibre-gl.css"],
  ["maplibre-gl", "LICENSE.txt", STATIC, "maplibre-gl.LICENSE.txt"],
  ["world-atlas", "land-50m.json", BASE, "land-50m.json"],
  ["world-atlas", "LICENSE", BASE, "world-atlas.LICENSE.txt"],
  ["@superset-ui/legacy-plugin-chart-country-map", "lib/countries/china.geojson", BASE, "china.geojson"],
  ["@superset-ui/legacy-plugin-chart-country-map", "LICENSE", BASE, "country-map.LICENSE.txt"],
];

const versions = JSON.parse(readFileSync("package.json", "utf8")).dependencies;
const unpacked = mkdtempSync(join(tmpdir(), "vendoring-"));
const folders = {};
for (const [name, version] of Object.entries(versions)) {
  // Packed, not installed: nothing that these packages need is wanted.
  const archive = execFileSync("npm", ["pack", "--silent", `${name}@${version}`, "--pack-destination", unpacked], {
    encoding: "utf8",
  }).trim();
  folders[name] = mkdtempSync(join(unpacked, "package-"));
  execFileSync("tar", ["-xzf", join(unpacked, archive), "-C", folders[name]]);
}
for (const [name, from, folder, to] of FILES) {
  const version = versions[name];
  const source = join(folders[name], "package", from);
  copyFileSync(source, folder + to);
  const sum = createHash("sha256").update(readFileSync(source)).digest("hex");
  console.log(`${folder}${to}: ${name} ${version} ${sum}`);
}
rmSync(unpacked, { recursive: true });
