import { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import { isRunning, readRunFile } from '../node/run-file.ts'
import { loadFrom, withConfigOptions, type ConfigOptions } from './options.ts'

const TIMEOUT_MS = 5000

export function healthCommand(): Command {
  return withConfigOptions(new Command('health'))
    .description('tell whether the node of a prefix runs and is ready')
    .action(health)
}

async function health(options: ConfigOptions): Promise<void> {
  const { prefix } = loadFrom(options).settings
  const running = readRunFile(prefix)
  if (running === undefined || !isRunning(running.pid)) throw new CommandError(`Holdfast is not running at ${prefix}`)
  console.log(line('process', `running (pid ${running.pid}, ${running.role})`))
  const answers = [
    running.admin === undefined ? undefined : (['control plane', await ask(`${running.admin}/status`)] as const),
    running.status === undefined ? undefined : (['data plane', await ask(`${running.status}/status/ready`)] as const),
  ].filter((answer) => answer !== undefined)
  for (const [name, problem] of answers) console.log(line(name, problem ?? 'ready'))
  if (answers.some(([, problem]) => problem !== undefined))
    throw new CommandError(`Holdfast is not healthy at ${prefix}`)
  console.log(`\nHoldfast is healthy at ${prefix}`)
}

/** What is wrong, in the node's own words; `undefined` when nothing is. */
async function ask(url: string): Promise<string | undefined> {
  let response: Response
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch {
    return `${url} does not answer`
  }
  if (response.ok) return undefined
  const body = (await response.json().catch(() => undefined)) as { message?: unknown } | undefined
  return typeof body?.message === 'string' ? body.message : `${url} answers ${response.status}`
}

function line(name: string, state: string): string {
  return `${name.padEnd(16, '.')}${state}`
}
