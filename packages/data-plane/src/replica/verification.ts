import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** `unknown`: the file could not be judged, for reasons that are not its own (no memory, no process). */
export type Verdict =
  | { readonly kind: 'sound' }
  | { readonly kind: 'corrupt'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

/** What a process that read a damaged page through the memory map ends with. */
const crashes: readonly (NodeJS.Signals | null)[] = ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGFPE', 'SIGILL']

export interface Verification {
  readonly verdict: Promise<Verdict>
  /** Stops it; the verdict becomes `unknown`. */
  stop(): void
}

/** Reads all of a replica file in a process of its own, so that whatever is in it cannot end this one. */
export function startVerification(path: string): Verification {
  const script = fileURLToPath(new URL('verify-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'pipe'], env: {} })
  let output = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-500)))
  const verdict = new Promise<Verdict>((resolve) => {
    child.on('error', (error) => resolve({ kind: 'unknown', reason: error.message }))
    child.on('close', (code, signal) => resolve(judge(code, signal, output, complaint)))
  })
  return { verdict, stop: () => child.kill('SIGKILL') }
}

function judge(code: number | null, signal: NodeJS.Signals | null, output: string, complaint: string): Verdict {
  if (crashes.includes(signal)) return { kind: 'corrupt', reason: `reading it ends in ${signal}` }
  if (code !== 0) return { kind: 'unknown', reason: signal ?? (complaint || `exit status ${code}`) }
  const { fault } = JSON.parse(output) as { fault: string | null }
  return fault === null ? { kind: 'sound' } : { kind: 'corrupt', reason: fault }
}
