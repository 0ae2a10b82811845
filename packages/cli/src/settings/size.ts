const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Bytes of nginx's notation (`0`, `512`, `8k`, `10m`, `1g`); `undefined` when it is none. */
export function parseSize(text: string): number | undefined {
  const found = /^(\d{1,12})([kmg]?)$/i.exec(text)
  return found === null ? undefined : Number(found[1]) * UNITS[found[2]!.toLowerCase()]!
}
