import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'

export function demoCommand(): Command {
  return new Command('demo')
    .description('run a control plane, a data plane, a database and an upstream to try (npm start)')
    .option('--port-offset <number>', 'added to every port', parseOffset, 0)
    .option('--state <folder>', 'keep everything there instead of in .holdfast and certs')
    .action(async (options: { portOffset: number; state?: string }) => {
      const [{ runDemo }, { demoLayout }] = await Promise.all([import('../demo/demo.ts'), import('../demo/layout.ts')])
      await runDemo(demoLayout(options.portOffset, options.state === undefined ? undefined : resolve(options.state)))
      process.exit(0)
    })
}

function parseOffset(text: string): number {
  const offset = Number(text)
  if (!Number.isInteger(offset) || offset < 0 || offset > 50_000)
    throw new InvalidArgumentError('expected a whole number from 0 to 50000')
  return offset
}
