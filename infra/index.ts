import { stack } from "./stack.ts";

// The way in for `pulumi up`, the rehearsal and the preview alike. All that the program tells is an output of the stack.
export default stack();
