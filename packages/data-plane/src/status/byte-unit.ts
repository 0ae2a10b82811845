/** Kong's units of `/status?unit=…&scale=…`: 1 KiB is 1024 bytes; bytes are given as a number, the others as text. */
const units = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const
export type ByteUnit = keyof typeof units

export function parseUnit(text: string): ByteUnit | undefined {
  const unit = text.toLowerCase()
  return unit in units ? (unit as ByteUnit) : undefined
}

export function formatBytes(bytes: number, unit: ByteUnit, places: number): string | number {
  if (unit === 'b') return bytes
  return `${(bytes / units[unit]).toFixed(places)} ${unit.toUpperCase()}iB`
}
