// Offers what is new since the edition that this device showed last. What was read stays on the device: nothing is sent
// but the address that a reader chooses to open. The page is complete without.

const line = document.querySelector("[data-last-read]");
if (line) {
  const { situation, edition } = line.dataset;
  const key = `last-read:${situation}`;
  try {
    const before = localStorage.getItem(key);
    if (before && before !== edition) {
      line.querySelector("a").href = `?since=${encodeURIComponent(before)}`;
      line.hidden = false;
    }
    if (!new URLSearchParams(location.search).has("since")) localStorage.setItem(key, edition);
  } catch {
    // No storage here: then nothing is remembered.
  }
}
