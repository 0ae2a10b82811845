/** Name of the `n`th route that is there to make the configuration large. */
export function fillerName(n: number): string {
  return `filler-${String(n).padStart(6, '0')}`
}
