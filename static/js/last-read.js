// Offers what is new since the edition that this device showed last. What was read stays on the device: nothing is sent
// but the address that a reader chooses to open. Who looks up an older edition has still read the newer one. The page is
// complete without.

const dayOf = (edition) => edition.match(/\d{4}-\d\d-\d\d/)[0];

const line = document.querySelector("[data-last-read]");
if (line) {
  const { situation, language, edition } = line.dataset;
  const key = `last-read:${situation}:${language}`;
  try {
    const before = localStorage.getItem(key);
    const isOlder = before && dayOf(edition) < dayOf(before);
    if (before && before !== edition && !isOlder) {
      line.querySelector("a").href = `?since=${encodeURIComponent(before)}`;
      line.hidden = false;
    }
    if (!isOlder) localStorage.setItem(key, edition);
  } catch {
    // No storage here: then nothing is remembered.
  }
}
