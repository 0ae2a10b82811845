/** A child process of the bench: started in a group of its own, waited for, and ended with all its descendants. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { isInstalled } from './machine/cpus.ts'
import { processTree } from './machine/process-tree.ts'

const READY_WITHIN_MS = 90_000
const END_WITHIN_MS = 20_000
const KEPT_OUTPUT = 8_192

export interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>> | undefined
  /** The CPU it is pinned to; that of the bench unless given. */
  readonly cpu?: number | undefined
  /** Asked until it is true; a rejection counts as "not yet". */
  ready(): Promise<boolean>
}

export interface RunningProgram {
  readonly name: string
  readonly pid: number
  /** The end of what it wrote to stdout and stderr. */
  output(): string
  /** SIGTERM, and SIGKILL to what is left after a while. */
  stop(): Promise<void>
  /** SIGKILL, now. */
  kill(): void
}

export interface Starting {
  readonly program: RunningProgram
  /** Resolves when the program is ready, rejects with its output when it ends before. */
  readonly ready: Promise<void>
}

export function launch(program: Program): Starting {
  const [command, ...args] = [...prefix(program.cpu), program.command, ...program.args]
  const child = spawn(command!, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal reaches the whole foreground group; only the bench shall decide in which order things end.
    detached: true,
    env: { ...inheritedEnv(), ...program.env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-KEPT_OUTPUT)))
  }
  child.on('error', (error) => (output += String(error)))
  const running: RunningProgram = {
    name: program.name,
    pid: child.pid ?? 0,
    output: () => output,
    stop: () => stop(child),
    kill: () => signal(treeOf(child), 'SIGKILL'),
  }
  return { program: running, ready: becomeReady(program, child, running) }
}

async function becomeReady(program: Program, child: ChildProcess, running: RunningProgram): Promise<void> {
  for (const until = Date.now() + READY_WITHIN_MS; ; await delay(25)) {
    if (hasEnded(child)) throw new Error(`${program.name} ended instead of starting:\n${running.output()}`)
    if (Date.now() > until) {
      throw new Error(`${program.name} was not ready after ${READY_WITHIN_MS / 1000} s:\n${running.output()}`)
    }
    if (await program.ready().catch(() => false)) return
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const tree = treeOf(child)
  if (!hasEnded(child)) {
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = new AbortController()
    await Promise.race([exit, delay(END_WITHIN_MS, undefined, { signal: timer.signal }).catch(() => undefined)])
    timer.abort()
  }
  signal(tree, 'SIGKILL')
}

/** Descendants are remembered from before the end: afterwards nobody knows whose they were. */
function treeOf(child: ChildProcess): number[] {
  return child.pid === undefined || hasEnded(child) ? [] : processTree(child.pid)
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It ended by itself, which is what was wanted.
    }
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

/** Settings of somebody's own gateway must not reach the ones measured here. */
function inheritedEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KONG_')))
}

/** Each of these replaces itself by the program, so the child's pid stays the program's. */
function prefix(cpu: number | undefined): string[] {
  return [
    ...(cpu === undefined ? [] : ['taskset', '-c', String(cpu)]),
    // Nothing may outlive a bench that was killed without a chance to clean up.
    ...(isInstalled('setpriv') ? ['setpriv', '--pdeathsig', 'TERM'] : []),
  ]
}
