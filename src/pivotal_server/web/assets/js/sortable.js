// Drag and drop, fetched by the pages that have something to drag.
export { default } from "sortablejs/modular/sortable.core.esm.js";
