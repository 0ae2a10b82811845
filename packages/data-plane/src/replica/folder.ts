import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { removeFiles } from './generation.ts'

/** How many damaged files are kept for inspection; older ones make room. */
const corruptKept = 2

const generationName = /^g-[0-9a-z]+-[0-9a-f]+\.mdb$/

/**
 * The folder of a replica: one file per generation, and `current`, which names the one that is served. Replacing that one
 * small file is what swaps a generation, so a crash leaves either the old one or the new one, whole.
 */
export class ReplicaFolder {
  readonly path: string

  /** Made if it is not there; only this user may enter it. */
  constructor(path: string) {
    this.path = path
  }

  prepare(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 })
    chmodSync(this.path, 0o700)
  }

  newPath(): string {
    return join(this.path, `g-${Date.now().toString(36)}-${randomBytes(4).toString('hex')}.mdb`)
  }

  /** Path of the generation that is served, or `undefined`. */
  current(): string | undefined {
    const pointer = join(this.path, 'current')
    if (!existsSync(pointer)) return undefined
    const name = readFileSync(pointer, 'utf8').trim()
    const path = join(this.path, name)
    return generationName.test(name) && existsSync(path) ? path : undefined
  }

  /** Durable when it returns. */
  setCurrent(path: string): void {
    const pointer = join(this.path, 'current')
    const next = `${pointer}.new`
    writeFileSync(next, `${basename(path)}\n`, { mode: 0o600, flush: true })
    renameSync(next, pointer)
    this.#flush()
  }

  /** Generations that are there but not served. */
  others(): string[] {
    const current = this.current()
    return readdirSync(this.path)
      .filter((name) => generationName.test(name))
      .map((name) => join(this.path, name))
      .filter((path) => path !== current)
  }

  /** Keeps a damaged file for inspection, out of the way; returns where it is now. */
  setAside(path: string): string {
    const aside = `${path}.corrupt-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    renameSync(path, aside)
    removeFiles(path)
    const kept = readdirSync(this.path)
      .filter((name) => name.includes('.corrupt-'))
      .toSorted((a, b) => (a.slice(a.indexOf('.corrupt-')) < b.slice(b.indexOf('.corrupt-')) ? -1 : 1))
    for (const name of kept.slice(0, -corruptKept)) rmSync(join(this.path, name), { force: true })
    return aside
  }

  /** Whether an earlier run served this replica before it was fully verified, and ended before it was. */
  get verificationPending(): boolean {
    return existsSync(join(this.path, 'verifying'))
  }

  set verificationPending(pending: boolean) {
    const marker = join(this.path, 'verifying')
    if (pending) writeFileSync(marker, '', { mode: 0o600 })
    else rmSync(marker, { force: true })
  }

  #flush(): void {
    const folder = openSync(this.path, 'r')
    fsyncSync(folder)
    closeSync(folder)
  }
}
