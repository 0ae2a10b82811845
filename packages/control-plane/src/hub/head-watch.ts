import type { Standing } from '@holdfast/sync'
import type { ChangeLog } from '../store/change-log.ts'
import type { HubLog } from './hub-log.ts'

/** Knows where the configuration stands, and tells when it moves. However many wakes come at once, one question is asked. */
export class HeadWatch {
  readonly #log: ChangeLog
  readonly #hubLog: HubLog
  readonly #moved: (head: Standing) => void
  #known: Standing | undefined
  #asking: Promise<Standing> | undefined
  #wokenMeanwhile = false
  #unsubscribe: (() => void) | undefined

  constructor(log: ChangeLog, hubLog: HubLog, moved: (head: Standing) => void) {
    this.#log = log
    this.#hubLog = hubLog
    this.#moved = moved
  }

  get known(): Standing | undefined {
    return this.#known
  }

  start(): void {
    this.#unsubscribe = this.#log.onCommit(() => this.#wake())
    this.#wake()
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  /** The known head if it is at `atLeast` or later, else asked for now. Rejects while the database is away. */
  async get(atLeast: number): Promise<Standing> {
    if (this.#known && this.#known.revision >= atLeast) return this.#known
    return this.#ask()
  }

  #wake(): void {
    if (this.#asking) {
      // What is being asked may have been answered before this commit.
      this.#wokenMeanwhile = true
      return
    }
    this.#ask().catch((error: unknown) =>
      this.#hubLog.warn({ err: error }, 'the head of the configuration cannot be read'),
    )
  }

  #ask(): Promise<Standing> {
    this.#asking ??= this.#read().finally(() => {
      this.#asking = undefined
      if (this.#wokenMeanwhile && this.#unsubscribe) {
        this.#wokenMeanwhile = false
        this.#wake()
      }
    })
    return this.#asking
  }

  async #read(): Promise<Standing> {
    const head = await this.#log.head()
    const standing = { history: this.#log.history, revision: head.revision, digest: head.digest }
    const moved = standing.revision !== this.#known?.revision || standing.history !== this.#known.history
    this.#known = standing
    // Even if it has not moved: a session whose last attempt failed tries again with this wake.
    this.#moved(standing)
    if (moved) this.#hubLog.debug({ revision: standing.revision }, 'the configuration has moved')
    return standing
  }
}
