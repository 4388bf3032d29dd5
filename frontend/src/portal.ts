/** The portal: everything works without this file; it only makes forms kinder. */
import "./styles/portal.css";
import { startForms } from "./shared/forms";
import { startMenus } from "./shared/menus";
import { startPasskeys } from "./shared/passkeys";
import { startPush } from "./shared/push";
import { startToasts } from "./shared/toasts";
import { startWritten } from "./shared/written";

startMenus();
startToasts();
startWritten();
startForms();
startPasskeys();
void startPush();
