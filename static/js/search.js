// The one search of the back office: Ctrl+K or the slash opens it, arrows choose, Enter opens.
(() => {
  const WAIT_MS = 120;
  let timer = 0;
  let asking = null;

  const box = () => document.getElementById("search-box");
  const input = () => box().querySelector("input");
  const finds = () => document.getElementById("search-box-finds");
  const options = () => [...finds().querySelectorAll('[role="option"]')];
  const chosen = () => finds().querySelector('[aria-selected="true"]');

  function choose(option) {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) {
      input().setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input().removeAttribute("aria-activedescendant");
    }
  }

  function step(by) {
    const all = options();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
  }

  async function ask() {
    if (asking) asking.abort();
    asking = new AbortController();
    const address = new URL(box().querySelector("form").action);
    address.searchParams.set("extended", "1");
    address.searchParams.set("s", input().value);
    try {
      const answer = await fetch(address, { signal: asking.signal });
      if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
      finds().innerHTML = await answer.text();
    } catch (error) {
      if (error.name === "AbortError") return;
      finds().textContent = ""; // Enter still asks the page itself, which says what is wrong.
    }
    input().setAttribute("aria-expanded", String(options().length > 0));
    const exact = finds().querySelectorAll("[data-exact]");
    choose(exact.length === 1 ? exact[0] : null);
  }

  function open() {
    if (!box() || box().open) return;
    box().showModal();
    input().select();
    ask();
  }

  document.addEventListener(
    "keydown",
    (event) => {
      const at = document.activeElement;
      const writing = at && (at.isContentEditable || /^(input|textarea|select)$/i.test(at.tagName));
      const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
      const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
      if (!box() || !((slash && !writing) || (command && !event.altKey && !event.shiftKey))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      open();
    },
    true,
  );
  window.addEventListener("opencommand", open);

  document.addEventListener("input", (event) => {
    if (!box() || event.target !== input()) return;
    clearTimeout(timer);
    choose(null); // What is chosen belongs to what was typed before.
    timer = setTimeout(ask, WAIT_MS);
  });

  document.addEventListener("keydown", (event) => {
    if (!box() || event.target !== input() || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(chosen().href, "_blank", "noopener");
      else window.location.assign(chosen().href);
    } else if (event.key === "Escape") {
      event.preventDefault(); // A search field would only be emptied by it.
      box().close();
    }
  });

  document.addEventListener("click", (event) => {
    if (!box()) return;
    if (event.target === box() || event.target.closest("[data-close-search]")) box().close();
  });
})();
