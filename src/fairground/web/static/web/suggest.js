// Suggestions under a search box, after the ARIA combobox pattern (list autocomplete, manual selection).
// <input data-suggest="ADDRESS">; ADDRESS?q=… answers {"suggestions": [{"text", "kind", "url"}]}; kind and url may be missing.
const WAIT_MS = 120;

function listen(input, number) {
  const list = document.createElement("ul");
  list.id = `suggestions-${number}`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? input.placeholder);
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);

  let typed = input.value;
  let chosen = -1;
  let waiting = 0;
  let request = null;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (index) => {
    const options = [...list.children];
    chosen = index;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options[index].id);
    input.value = index < 0 ? typed : options[index].dataset.text;
  };

  const go = (option) => {
    input.value = option.dataset.text;
    close();
    if (option.dataset.url) location.assign(option.dataset.url);
    else input.form.requestSubmit();
  };

  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map(({ text, kind, url }, i) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${i}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.text = text;
      if (url && new URL(url, location.href).origin === location.origin) option.dataset.url = url;
      const words = document.createElement("span");
      words.textContent = text;
      option.append(words);
      if (kind) {
        const small = document.createElement("small");
        small.textContent = kind;
        option.append(small);
      }
      return option;
    }));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = suggestions.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  const ask = async () => {
    request?.abort();
    request = new AbortController();
    try {
      const address = new URL(input.dataset.suggest, location.href);
      address.searchParams.set("q", typed);
      const answer = await fetch(address, { signal: request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return close();
      show((await answer.json()).suggestions);
    } catch (fault) {
      // Typing on cancels the last question; without a network the box still searches.
      if (fault.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", (event) => {
    if (event.isComposing) return; // pinyin is not a question yet
    typed = input.value;
    clearTimeout(waiting);
    if (typed.trim()) waiting = setTimeout(ask, WAIT_MS);
    else { request?.abort(); close(); }
  });
  input.addEventListener("compositionend", () => {
    typed = input.value;
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const count = list.hidden ? 0 : list.children.length;
    if (event.key === "Escape" && count) { choose(-1); close(); event.preventDefault(); }
    else if (event.key === "ArrowDown" && count) { choose(chosen + 1 < count ? chosen + 1 : -1); event.preventDefault(); }
    else if (event.key === "ArrowUp" && count) { choose(chosen < 0 ? count - 1 : chosen - 1); event.preventDefault(); }
    else if (event.key === "Enter" && chosen >= 0) { go(list.children[chosen]); event.preventDefault(); }
    else if (event.key === "Tab") close();
  });
  input.addEventListener("blur", close);
  // Before blur: a press on an option must not take the focus away first.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option) go(option);
  });
}

document.querySelectorAll("input[data-suggest]").forEach(listen);
