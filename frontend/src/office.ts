/** The office: htmx for parts of pages, Alpine for small state, ECharts only where a chart is. */
import "./styles/office.css";
import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";
import { startBulk } from "./office/bulk";
import { startCharts } from "./office/charts";
import { startCopies } from "./office/copies";
import { startDialogs } from "./office/dialogs";
import { startDrops } from "./office/drops";
import { startFields } from "./office/fields";
import { startKeys } from "./office/keys";
import { startNarrow } from "./office/narrow";
import { startPalette } from "./office/palette";
import { startPreviews } from "./office/previews";
import { startRows } from "./office/rows";
import { startTabs } from "./office/tabs";
import { startWalk } from "./office/walk";
import { startForms } from "./shared/forms";
import { startKana } from "./shared/kana";
import { startMenus } from "./shared/menus";
import { startPasskeys } from "./shared/passkeys";
import { startToasts } from "./shared/toasts";
import { startWritten } from "./shared/written";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.historyCacheSize = 0; // personal data stays out of the browser's storage
htmx.config.refreshOnHistoryMiss = true;
htmx.config.scrollIntoViewOnBoost = false;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "(400|409|422)", swap: true, error: false },
  { code: "...", swap: false, error: true },
];

declare global {
  interface Window {
    htmx: typeof htmx;
    Alpine: typeof Alpine;
  }
}
window.htmx = htmx;
window.Alpine = Alpine;

startMenus();
startToasts();
startWritten();
startForms();
startPasskeys();
startRows();
startBulk();
startPalette();
startDrops();
startCharts();
startWalk();
startDialogs();
startFields();
startKeys();
startNarrow();
startKana();
startCopies();
startPreviews();
startTabs();
Alpine.start();
