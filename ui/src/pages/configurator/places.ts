/** Addresses within the configurator: /-/configurator/<part>/<object>/<tab>. */
export const PARTS = ["objects", "dictionaries", "menu", "home", "rights", "solutions", "versions", "table"] as const;
export type Part = (typeof PARTS)[number];

export const isPart = (text: string): text is Part => (PARTS as readonly string[]).includes(text);

export const address = (part?: Part, entity?: string, tab?: string): string => ["/-/configurator", part, entity, tab].filter(Boolean).join("/");
