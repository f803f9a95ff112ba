/** Whether the screen is a phone's; views branch on it once instead of being copied. */
import { ref } from "vue";

const query = window.matchMedia("(max-width: 700px)");
export const phone = ref(query.matches);
query.addEventListener("change", (event) => (phone.value = event.matches));
