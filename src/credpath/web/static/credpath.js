// What a swapped part of a page needs beside htmx. Without scripts every page works all the same.
"use strict";

// An answer that is no part of this page (signed out, an error) is shown as the whole page that it is.
document.addEventListener("htmx:before:response", (event) => {
  const response = event.detail.ctx.response;
  if (response.status >= 400) {
    event.preventDefault();
    window.location.assign(response.raw.url);
  }
});

// What changed is said in few words to who cannot see it.
document.addEventListener("htmx:after:swap", () => {
  const said = document.querySelector("main [data-said]");
  const announcer = document.getElementById("announcer");
  if (said && announcer) {
    announcer.textContent = said.dataset.said;
  }
  document.getElementById("offline")?.setAttribute("hidden", "");
});

// No answer at all: what stands on the page stays, and it says that it may be old.
document.addEventListener("htmx:error", () => {
  document.getElementById("offline")?.removeAttribute("hidden");
});
