// Passkeys: a button asks our server for a question, the browser answers it, the form carries the answer.
(() => {
  if (!window.PublicKeyCredential) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const descriptors = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  function asked({ publicKey }) {
    const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
    if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials)
      options.excludeCredentials = descriptors(options.excludeCredentials);
    if (options.allowCredentials) options.allowCredentials = descriptors(options.allowCredentials);
    return { publicKey: options };
  }

  function answered(credential) {
    const response = {};
    const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    for (const name of names) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    const { id, type } = credential;
    return { id, rawId: text(credential.rawId), type, response, clientExtensionResults: {} };
  }

  async function run(button) {
    const form = button.form;
    const told = form.querySelector("[data-passkey-told]");
    told.hidden = true;
    button.disabled = true;
    try {
      const answer = await fetch(button.dataset.question, { method: "POST", body: new FormData(form) });
      const question = await answer.json();
      if (!answer.ok) throw new Error(question.message);
      const way = button.dataset.passkey;
      const credential = await navigator.credentials[way](asked(question.options));
      form.elements.challenge_id.value = question.challenge_id;
      form.elements.credential.value = JSON.stringify(answered(credential));
      form.submit();
    } catch (error) {
      const own = error instanceof DOMException || error instanceof SyntaxError || !error.message;
      told.textContent = own ? button.dataset.failed : error.message;
      told.hidden = false;
      button.disabled = false;
      button.focus();
    }
  }

  for (const button of document.querySelectorAll("[data-passkey]")) {
    const hider = button.closest("[data-passkey-hidden]");
    if (hider) hider.hidden = false;
    button.hidden = false;
    button.addEventListener("click", () => {
      if (button.dataset.check === undefined || button.form.reportValidity()) run(button);
    });
  }
})();
