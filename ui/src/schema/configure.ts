/** Who sees the configurator: those with the right to it, unless the product was handed over locked. */
import { schema } from "./index";
import { me } from "./session";

export const mayConfigure = (): boolean => (me.value?.abilities.includes("configure") ?? false) && !schema().settings.locked;
