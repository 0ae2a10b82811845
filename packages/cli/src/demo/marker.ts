// Remembers that the demo configuration was loaded: what somebody removed from it must not come back.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Marker {
  /** Part of the configuration, so the upstream must be found there again. */
  readonly upstreamPort: number
}

export function readMarker(folder: string): Marker | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'loaded.json'), 'utf8')) as Marker
  } catch {
    return undefined
  }
}

export function writeMarker(folder: string, marker: Marker): void {
  writeFileSync(join(folder, 'loaded.json'), JSON.stringify(marker), { mode: 0o600 })
}
