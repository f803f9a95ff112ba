// Who may import whom: app > pages > views > records > fields > schema > api > kit > words.
const LAYERS = ["words", "kit", "api", "schema", "fields", "records", "views", "pages", "app"];

const upward = LAYERS.slice(0, -1).map((layer, index) => ({
  name: `${layer}-imports-up`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(${LAYERS.slice(index + 1).join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...upward,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["dynamic-import", "type-only"] } } },
    {
      name: "field-types-are-blind-to-each-other",
      severity: "error",
      from: { path: "^src/fields/([^/]+)/" },
      to: { path: "^src/fields/([^/]+)/", pathNot: "^src/fields/$1/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".vue", ".css"], mainFields: ["module", "main"], exportsFields: ["exports"], conditionNames: ["import", "default"] },
  },
};
