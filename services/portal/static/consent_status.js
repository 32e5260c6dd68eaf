/* Looks for news about a consent every three seconds for a minute, and shows it without a jump. Without JavaScript the
   page has its "Check again" link. */
"use strict";

(() => {
  const INTERVAL_MS = 3000;
  const LOOKS = 20;
  let looks = 0;

  async function look() {
    looks += 1;
    try {
      const answer = await fetch(location.href, { headers: { "X-Look": "again" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("status");
      const shown = document.getElementById("status");
      if (!fresh) return;
      if (fresh.dataset.status !== shown.dataset.status || fresh.dataset.looksAgain === "no") shown.replaceWith(fresh);
      if (fresh.dataset.looksAgain === "yes" && looks < LOOKS) setTimeout(look, INTERVAL_MS);
    } catch {
      if (looks < LOOKS) setTimeout(look, INTERVAL_MS);
    }
  }

  setTimeout(look, INTERVAL_MS);
})();
