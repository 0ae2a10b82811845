// The signals with which people and supervisors end a process.

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const
/**
 * Ctrl-C reaches every process in a terminal, and the one before us passes on what it gets: the same press arrives more than once.
 * A person who presses again means it.
 */
const SAME_PRESS_MS = 500

/** Resolves with the reason at the first request to end; a further one ends the process at once. Listens from the call on. */
export function askedToEnd(onImpatience: () => void = () => {}): Promise<string> {
  return new Promise((resolve) => {
    let first: number | undefined
    const ask = (reason: string) => {
      first ??= Date.now()
      if (Date.now() - first > SAME_PRESS_MS) {
        onImpatience()
        process.exit(1)
      }
      resolve(reason)
    }
    for (const signal of SIGNALS) process.on(signal, () => ask(signal))
    // Whoever started us with a channel wants us to end with it.
    if (process.channel !== undefined) process.once('disconnect', () => ask('the parent process ended'))
  })
}
