/** THE registry of kinds of views.  A new kind is a folder and one line here; each but the list is loaded when asked for. */
import { CalendarDays, ChartColumn, ChartGantt, LayoutGrid, ListTree, MapPinned, SquareKanban, Table2 } from "@lucide/vue";
import { defineAsyncComponent, type Component } from "vue";
import { wordy } from "../words";
import ListView from "./list/ListView.vue";

export interface ViewType {
  readonly icon: Component;
  readonly component: Component;
}

const later = (part: () => Promise<{ default: Component }>): Component => defineAsyncComponent(wordy(part));

export const viewTypes: Readonly<Record<string, ViewType>> = {
  list: { icon: Table2, component: ListView },
  board: { icon: SquareKanban, component: later(() => import("./board/BoardView.vue")) },
  calendar: { icon: CalendarDays, component: later(() => import("./calendar/CalendarView.vue")) },
  gallery: { icon: LayoutGrid, component: later(() => import("./gallery/GalleryView.vue")) },
  tree: { icon: ListTree, component: later(() => import("./tree/TreeView.vue")) },
  gantt: { icon: ChartGantt, component: later(() => import("./gantt/GanttView.vue")) },
  chart: { icon: ChartColumn, component: later(() => import("./chart/ChartView.vue")) },
  map: { icon: MapPinned, component: later(() => import("./map/MapView.vue")) },
};

const plain: ViewType = { icon: Table2, component: ListView };

/** A kind this interface does not know yet is shown as a list. */
export const viewType = (kind: string): ViewType => viewTypes[kind] ?? plain;
