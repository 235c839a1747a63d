/** What a window is made of, and its price by the square metre, in cents. */
export const materials = { pvc: 14_000, wood: 26_000, aluminium: 31_000 } as const;
export type Material = keyof typeof materials;

/** What a quote is asked for; sizes in millimetres. */
export interface WindowOrder {
  width: number;
  height: number;
  material: Material;
}

/** Smallest and largest side that is made, in millimetres. */
export const sides = { least: 200, most: 4000 } as const;

/** The price in whole cents: the glazed area, plus a frame charged by its length. */
export function priceInCents({ width, height, material }: WindowOrder): number {
  const squareMetres = (width * height) / 1e6;
  const frameMetres = (2 * (width + height)) / 1e3;
  return Math.round(squareMetres * materials[material] + frameMetres * 1250);
}

/** The order in a request's body, or every rule it breaks. */
export function parseOrder(body: unknown): { order: WindowOrder } | { mistakes: string[] } {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { mistakes: ["the body must be an object { width, height, material }"] };
  }
  const { width, height, material, ...others } = body as Record<string, unknown>;
  const mistakes: string[] = [];
  for (const [name, side] of Object.entries({ width, height })) {
    if (!Number.isInteger(side) || (side as number) < sides.least || (side as number) > sides.most) {
      mistakes.push(`${name} must be a whole number of millimetres from ${sides.least} to ${sides.most}`);
    }
  }
  if (typeof material !== "string" || !Object.hasOwn(materials, material)) {
    mistakes.push(`material must be one of ${Object.keys(materials).join(", ")}`);
  }
  for (const name of Object.keys(others)) mistakes.push(`${name} is not a field of a quote`);
  return mistakes.length ? { mistakes } : { order: { width, height, material } as WindowOrder };
}
