import { captureText } from "../../rollout/graph/capture.ts";

// `node capture-size.ts PROJECT_DIR STACK`: captures, and prints how much came out instead of the graph itself.
const [projectDir, stack] = process.argv.slice(2);
const text = await captureText({ projectDir: projectDir!, stack: stack! });
process.stdout.write(JSON.stringify({ resources: JSON.parse(text).resources.length, bytes: text.length }));
