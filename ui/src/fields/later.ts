/** Types that a company may have none of: they come when its schema names one, not with the first screen of everybody. */
import { barcode } from "./barcode";
import { colour } from "./colour";
import { duration } from "./duration";
import { address, person_name } from "./lined";
import { place } from "./place";
import { rating } from "./rating";
import type { FieldType } from "./types";

export const later: Readonly<Record<string, FieldType>> = { duration, person_name, address, place, rating, colour, barcode };
