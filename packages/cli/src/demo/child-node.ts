// A node of the demo in a process of its own, as it would be in production.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { CommandError } from '../command-error.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000

export interface NodeOptions {
  readonly name: string
  readonly logPath: string
  /** `KONG_*` without the prefix, in lower case. */
  readonly settings: Readonly<Record<string, string>>
  /** Answers 200 once the node is ready. */
  readonly readyUrl: string
}

export class ChildNode {
  readonly #options: NodeOptions
  #child: ChildProcess | undefined
  #stopping = false

  constructor(options: NodeOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it is ready. `onExit` hears of an end that nobody asked for. */
  async start(onExit: (how: string) => void): Promise<void> {
    const { logPath, settings, name } = this.#options
    mkdirSync(dirname(logPath), { recursive: true, mode: 0o700 })
    const log = openSync(logPath, 'w', 0o600)
    // Of our own environment nothing of Kong's: the demo is the same whatever is set here.
    const inherited = Object.entries(process.env).filter(([variable]) => !variable.startsWith('KONG_'))
    const env = Object.fromEntries([
      ...inherited,
      ...Object.entries(settings).map(([property, value]) => [`KONG_${property.toUpperCase()}`, value]),
    ])
    // A process group of its own, so that Ctrl-C reaches only us; the channel makes it end with us, even when we are killed.
    const child = spawn(process.execPath, [MAIN, 'start', '--conf', '/dev/null'], {
      env,
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    })
    closeSync(log)
    this.#child = child
    this.#stopping = false
    let ready = false
    child.once('exit', (code, signal) => {
      this.#child = undefined
      if (ready && !this.#stopping) onExit(signal ?? `exit code ${code}`)
    })
    await this.#untilReady(child)
    ready = true
    if (child.exitCode !== null || child.signalCode !== null)
      throw new CommandError(`The ${name} ended right after its start (log: ${logPath}).`)
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#stopping = true
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(overdue)
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const { name, logPath, readyUrl } = this.#options
    for (const deadline = Date.now() + READY_TIMEOUT_MS; Date.now() < deadline; await delay(50)) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new CommandError(`The ${name} did not start: ${lastError(logPath)}`)
      if (await answersOk(readyUrl)) return
    }
    await this.stop()
    throw new CommandError(`The ${name} was not ready within ${READY_TIMEOUT_MS / 1000} seconds: ${lastError(logPath)}`)
  }
}

export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/** The command's own one line, else the message of the last line of the log. */
function lastError(logPath: string): string {
  const lines = readFileSync(logPath, 'utf8').trim().split('\n')
  const own = lines.findLast((line) => line.startsWith('holdfast: '))
  if (own !== undefined) return own.slice('holdfast: '.length)
  return `see ${logPath}`
}
