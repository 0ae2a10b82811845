import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Facts recorded from Kong 3.9.3, for tests: `/schemas/NAME`, and `recorded-answers` of `/schemas/NAME/validate`. */
export function readReference(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8'))
}
