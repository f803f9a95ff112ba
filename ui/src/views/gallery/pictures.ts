/** Pictures among the files of a cell. */
import { fileAddress } from "../../api/records";
import type { Cell, FileCell } from "../../api/types";

const PICTURE = /\.(png|jpe?g|gif|webp|avif|bmp)$/i;

const filesOf = (cell: Cell): readonly FileCell[] => (!Array.isArray(cell) ? [] : (typeof cell[0] === "number" ? [cell] : cell) as unknown as readonly FileCell[]);

export const picturesOf = (cell: Cell): readonly FileCell[] => filesOf(cell).filter((file) => PICTURE.test(file[1]));

export const pictureAddress = (file: FileCell): string => fileAddress(file[0]);
