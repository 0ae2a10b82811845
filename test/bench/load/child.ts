import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Workbench } from '../workbench.ts'

/** Runs a generator to its end and gives what it wrote to stdout. */
export async function outputOf(bench: Workbench, command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  bench.onEnd(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ended with code ${code}:\n${stderr || stdout}`)
  return stdout
}
