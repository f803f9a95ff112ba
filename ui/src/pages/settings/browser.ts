/** «Chrome, Windows» of the line by which a browser names itself; "" when it is not known. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/YaBrowser/, "Яндекс Браузер"], [/Edg(e|A|iOS)?\//, "Edge"], [/OPR\/|Opera/, "Opera"], [/SamsungBrowser/, "Samsung Internet"], [/Firefox|FxiOS/, "Firefox"],
  [/Chrom(e|ium)|CriOS/, "Chrome"], [/Safari/, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/Linux/, "Linux"]];

export function browserOf(line: string): string {
  const first = (known: readonly (readonly [RegExp, string])[]): string => known.find(([shape]) => shape.test(line))?.[1] ?? "";
  return [first(BROWSERS), first(SYSTEMS)].filter(Boolean).join(", ");
}
