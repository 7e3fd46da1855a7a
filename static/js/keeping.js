// What is shown once: copied and printed. Saving as a file is a link and needs no script.
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const lines = document.getElementById(button.dataset.copy).querySelectorAll("li");
      await navigator.clipboard.writeText([...lines].map((line) => line.textContent).join("\n"));
      button.querySelector("span").textContent = button.dataset.done;
    });
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
