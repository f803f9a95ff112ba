// The shell of the installed program: the page and its code, from the network first, from the last visit when there is none.
//
// Data is never kept here: /api is left to the network, so nothing of one login can be shown to another.  Code and the
// empty page are the same for everybody.
const SHELL = "svyaz-shell-1";
const PAGE = "/index.html";
const OFFLINE = "/offline.html";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll([PAGE, OFFLINE, "/assets/mark-1.svg", "/assets/offline-1.css"])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

// What works without the network is said by the page of its own: the program itself needs the server for every record.
async function page(request) {
  try {
    return await fetch(request);
  } catch {
    const cache = await caches.open(SHELL);
    return (await cache.match(OFFLINE)) ?? Response.error();
  }
}

// Names of assets hold their digest, so what is kept is what would come.
async function asset(request) {
  const cache = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok) void cache.put(request, answer.clone());
    return answer;
  } catch (gone) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw gone;
  }
}
