// The slash opens the one search, wherever the keyboard is not writing something.
document.addEventListener(
  "keydown",
  (event) => {
    const at = document.activeElement;
    const writing = at && (at.isContentEditable || /^(input|textarea|select)$/i.test(at.tagName));
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !writing) {
      event.preventDefault();
      event.stopImmediatePropagation();
      window.dispatchEvent(new CustomEvent("opencommand"));
    }
  },
  true,
);
