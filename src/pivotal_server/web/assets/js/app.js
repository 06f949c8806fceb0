// Everything the team's app needs, one behaviour a module.
import "htmx.org";
import "./theme.js";
import "./sidebar.js";
import "./menu.js";
import "./unsaved.js";
import "./dialog.js";
import "./forms.js";
import "./drafts.js";
import "./list.js";
import "./keys.js";
import "./toast.js";
import "./copy.js";
import "./time.js";
import "./live.js";
import "./autosave.js";
import "./select.js";
import "./composer.js";
