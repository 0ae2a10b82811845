import type { Revision } from '@holdfast/sync'

/** A thread that does not answer within this is held up; the others are not kept waiting for it. */
const DEFAULT_LIMIT_MS = 3_000

interface Wait {
  readonly revision: Revision
  /** Threads that have not answered yet. */
  readonly threads: Set<number>
  done(): void
}

/** Lets the main thread wait until its proxy threads serve a revision, or have said that they cannot. */
export class AwaitedRevisions {
  readonly #waits = new Set<Wait>()
  readonly #limitMs: number

  constructor(limitMs: number = DEFAULT_LIMIT_MS) {
    this.#limitMs = limitMs
  }

  /** Resolves when each of these threads has answered for this revision or a later one, or is gone, or after the limit. */
  until(revision: Revision, threads: readonly number[]): Promise<void> {
    if (threads.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const wait: Wait = {
        revision,
        threads: new Set(threads),
        done: () => {
          clearTimeout(timer)
          this.#waits.delete(wait)
          resolve()
        },
      }
      const timer = setTimeout(wait.done, this.#limitMs)
      this.#waits.add(wait)
    })
  }

  /** The thread serves this revision, or refused it and serves on what it had. */
  answered(thread: number, revision: Revision): void {
    for (const wait of this.#waits) if (revision >= wait.revision) settle(wait, thread)
  }

  /** The thread died; the one in its place starts with what is current then. */
  gone(thread: number): void {
    for (const wait of this.#waits) settle(wait, thread)
  }
}

function settle(wait: Wait, thread: number): void {
  wait.threads.delete(thread)
  if (wait.threads.size === 0) wait.done()
}
