import { program } from "./program.ts";
import { readSettings } from "./settings/settings.ts";

// The way in for `pulumi up`, the rehearsal and the preview alike. Config is checked before anything is registered, and all
// that the program tells is an output of the stack.
export default program(readSettings());
