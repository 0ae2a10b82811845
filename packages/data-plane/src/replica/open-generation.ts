import { checkFile } from './file-check.ts'
import type { ReplicaFolder } from './folder.ts'
import { Generation, unpackRow } from './generation.ts'
import { indexDefinition } from './index-keys.ts'
import { startVerification } from './verification.ts'
import type { Verdict } from './verification.ts'

export interface OpenLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface OpenOptions {
  readonly folder: ReplicaFolder
  readonly log: OpenLog
  /** Milliseconds to wait for the verification before serving, while it goes on; `Infinity` waits for its end. */
  readonly patienceMs: number
}

export interface Opened {
  readonly generation: Generation
  /** Settles when a verification that was not waited for has ended. */
  readonly later: Promise<Verdict> | undefined
  stop(): void
}

/** The file was damaged and is out of the way now. */
export interface SetAside {
  readonly damage: string
}

/**
 * Opens the file, if it is sound; otherwise sets it aside. A large file that takes longer to read
 * than the patience allows is opened while the reading goes on.
 */
export async function openGeneration(path: string, options: OpenOptions): Promise<Opened | SetAside> {
  const { log } = options
  const fault = faultOf(path)
  if (fault) return setAside(path, fault, options)
  const verification = startVerification(path)
  const verdict = await within(verification.verdict, options.patienceMs)
  if (verdict?.kind === 'corrupt') return setAside(path, verdict.reason, options)
  if (verdict?.kind === 'unknown') log.warn({ path, reason: verdict.reason }, 'the replica could not be verified')
  const generation = Generation.open(path)
  if (!generation.state()) {
    await generation.close()
    return setAside(path, 'a format that is not known', options)
  }
  rebuildIndexes(generation, log)
  const later = verdict ? undefined : verification.verdict
  return { generation, later, stop: () => verification.stop() }
}

function faultOf(path: string): string | undefined {
  try {
    return checkFile(path)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function setAside(path: string, reason: string, { folder, log }: OpenOptions): SetAside {
  const aside = folder.setAside(path)
  log.error({ path: aside, reason }, 'the replica is damaged and was set aside')
  return { damage: reason }
}

/** After an upgrade that indexes other fields. */
function rebuildIndexes(generation: Generation, log: OpenLog): void {
  const state = generation.state()
  if (!state || state.indexes === indexDefinition()) return
  log.info({ path: generation.path }, 'indexing the replica anew')
  generation.write(() => {
    generation.unique.clearSync()
    generation.foreign.clearSync()
    for (const { key, value } of generation.rows.getRange()) {
      const slash = key.indexOf('/')
      generation.index(key.slice(0, slash), key.slice(slash + 1), unpackRow(value))
    }
    generation.setState({ ...state, indexes: indexDefinition() })
  })
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  if (ms === Infinity) return promise
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, ms, undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
