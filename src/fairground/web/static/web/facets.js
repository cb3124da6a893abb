// A facet chosen beside the results applies at once; in the sheet of a phone the button gathers several choices.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-facets]");
  const isSheet = form?.matches(":popover-open");
  if (form && !isSheet) form.requestSubmit();
});
// Sorting has a button of its own for those without this file.
document.querySelectorAll("[data-submit-on-change]").forEach((select) => {
  select.addEventListener("change", () => select.form.requestSubmit());
});
