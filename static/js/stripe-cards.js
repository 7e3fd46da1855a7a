// The card form of Stripe.js: the card goes from Stripe's frame to Stripe; we get its token.
"use strict";

(() => {
  const place = document.querySelector("[data-stripe]");
  if (!place) return;
  const form = place.closest("form");
  const problem = place.querySelector("[data-stripe-problem]");
  const token = form.querySelector("[name=token]");
  const button = form.querySelector("button");
  const say = (words) => {
    problem.textContent = words;
    problem.hidden = !words;
  };
  const chosen = () => form.querySelector("[name=card]:checked, [name=card][type=hidden]");
  const isNew = () => !chosen() || chosen().value === "new";
  const follow = () => {
    place.hidden = !isNew();
  };
  form.addEventListener("change", follow);
  follow();

  if (typeof window.Stripe !== "function") {
    say(place.dataset.unavailable);
    return;
  }
  const account = place.dataset.account ? { stripeAccount: place.dataset.account } : {};
  const stripe = window.Stripe(place.dataset.key, {
    locale: document.documentElement.lang || "auto",
    ...account,
  });
  const card = stripe.elements().create("card", { hidePostalCode: true });
  card.mount(place.querySelector("[data-stripe-card]"));

  const entered = {
    // Paying: the charge itself asks the bank, so that the customer confirms once.
    async pay() {
      const made = await stripe.createPaymentMethod({ type: "card", card });
      if (made.error) throw made.error;
      return made.paymentMethod.id;
    },
    // Keeping: the bank agrees to later charges now, while the customer is here.
    async keep() {
      const answer = await fetch(place.dataset.setup, {
        method: "POST",
        headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
      });
      const setup = await answer.json();
      if (!answer.ok) throw new Error(setup.message);
      const done = await stripe.confirmCardSetup(setup.client_secret, {
        payment_method: { card },
      });
      if (done.error) throw done.error;
      return done.setupIntent.id;
    },
  };

  form.addEventListener("submit", async (event) => {
    if (token.value || !isNew()) return;
    event.preventDefault();
    button.disabled = true;
    say("");
    try {
      token.value = await entered[place.dataset.use]();
      form.submit();
    } catch (error) {
      say(error.message || place.dataset.unavailable);
      button.disabled = false;
    }
  });
})();
