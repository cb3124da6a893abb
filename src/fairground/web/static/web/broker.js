// j and k go from row to row of the desk, Enter opens the one that is chosen: its link has the focus. Everything is
// reached without this file.
document.querySelectorAll("table[data-broker]").forEach((table) => {
  const links = [...table.querySelectorAll("a.opens")];
  const hasKeys = matchMedia("(hover: hover) and (min-width: 40rem)").matches;
  document.querySelectorAll(".keys").forEach((told) => { told.hidden = !hasKeys; });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const row = document.activeElement?.closest("tr");
    const chosen = links.findIndex((link) => link.closest("tr") === row);
    const next = chosen < 0 ? (step > 0 ? 0 : links.length - 1) : chosen + step;
    event.preventDefault();
    links[next]?.focus();
    links[next]?.closest("tr").scrollIntoView({ block: "nearest" });
  });
});
