/** Whether the screen is a phone's; views branch on it once instead of being copied. */
import { ref } from "vue";

const query = window.matchMedia("(max-width: 700px)");
export const phone = ref(query.matches);
query.addEventListener("change", (event) => (phone.value = event.matches));

// The keyboard of a phone takes half of the screen: what is typed in stays in sight above it.
function keepInSight(): void {
  const typed = document.activeElement;
  if (phone.value && typed instanceof HTMLElement && typed.matches("input, textarea, select")) typed.scrollIntoView({ block: "center" });
}
window.visualViewport?.addEventListener("resize", keepInSight);
