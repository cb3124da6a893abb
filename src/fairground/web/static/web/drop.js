// A drop zone is a label with a file input in it; this lets a file be dropped anywhere on the zone and says its name.
// <div class="drop" data-drop> … <input type="file"> … <output></output></div>
document.querySelectorAll("[data-drop]").forEach((zone) => {
  const input = zone.querySelector('input[type="file"]');
  const output = zone.querySelector("output");
  const say = () => {
    const size = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
    const names = [...input.files].map((file) => `${file.name} · ${size.format(Math.ceil(file.size / 1000))}`);
    if (output) output.textContent = names.join("\n");
  };
  let depth = 0; // dragenter and dragleave fire for every child that is crossed
  zone.addEventListener("dragenter", (event) => { event.preventDefault(); depth += 1; zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => { depth -= 1; if (depth === 0) zone.classList.remove("over"); });
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    zone.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", say);
});
// A file that misses the zone would replace the page, and with it what was typed.
["dragover", "drop"].forEach((name) => window.addEventListener(name, (event) => event.preventDefault()));
