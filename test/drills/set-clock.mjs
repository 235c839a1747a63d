import { readFileSync } from "node:fs";

// Loaded into a controller before anything else (node --import): its machine's clock is ahead by as many milliseconds as the file says
// that SET_CLOCK names. All that a program learns of the time of day comes through Date.

const file = process.env.SET_CLOCK;
const RealDate = Date;
let aheadMs = 0;
const look = () => {
  try {
    aheadMs = Number(readFileSync(file, "utf8"));
  } catch {
    aheadMs = 0;
  }
};
look();
setInterval(look, 100).unref();

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + aheadMs);
    else super(...given);
  }
  static now() {
    return RealDate.now() + aheadMs;
  }
};
