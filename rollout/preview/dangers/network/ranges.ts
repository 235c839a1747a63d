import { BlockList, isIP } from "node:net";

/** Whether an address range holds another. Ranges that can't be read hold nothing but themselves. */
export function contains(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  const [wideAddress = "", wideBits] = wide.split("/");
  const [address = "", bits] = narrow.split("/");
  const family = isIP(wideAddress);
  if (family === 0 || family !== isIP(address)) return false;
  const most = family === 4 ? 32 : 128;
  if (Number(wideBits ?? most) > Number(bits ?? most)) return false;
  const block = new BlockList();
  const kind = family === 4 ? "ipv4" : "ipv6";
  block.addSubnet(wideAddress, Number(wideBits ?? most), kind);
  return block.check(address, kind);
}
