import type { Revision } from '@holdfast/sync'

interface Wait {
  readonly revision: Revision
  done(): void
}

/** What data planes have answered to last, and waits for them to answer a revision. */
export class AnsweredRevisions {
  readonly #answered = new Map<object, Revision>()
  readonly #waits = new Set<Wait>()

  /** The data plane of this session serves this revision, or has refused it and serves on what it had. */
  answered(session: object, revision: Revision): void {
    this.#answered.set(session, revision)
    this.#settle()
  }

  /** Who is gone is not waited for. */
  left(session: object): void {
    if (this.#answered.delete(session)) this.#settle()
  }

  /** Resolves when all have answered this revision or a later one; at once if there are none; at the latest after `timeoutMs`. */
  until(revision: Revision, timeoutMs: number): Promise<void> {
    if (this.#reached(revision)) return Promise.resolve()
    return new Promise((resolve) => {
      const wait: Wait = {
        revision,
        done: () => {
          clearTimeout(timer)
          this.#waits.delete(wait)
          resolve()
        },
      }
      const timer = setTimeout(wait.done, timeoutMs)
      this.#waits.add(wait)
    })
  }

  #reached(revision: Revision): boolean {
    return this.#answered.values().every((answered) => answered >= revision)
  }

  #settle(): void {
    for (const wait of this.#waits) if (this.#reached(wait.revision)) wait.done()
  }
}
