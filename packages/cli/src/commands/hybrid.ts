import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { CommandError } from '../command-error.ts'

export function hybridCommand(): Command {
  const command = new Command('hybrid').description('what a hybrid deployment needs')
  command
    .command('gen_cert')
    .description('make the certificate and key that all nodes share with cluster_mtls = shared')
    .argument('[cert]', 'file for the certificate', './cluster.crt')
    .argument('[key]', 'file for the key', './cluster.key')
    .option('-d, --days <number>', 'how long it is good for', parseDays, 3 * 365)
    .action(generate)
  return command
}

async function generate(cert: string, key: string, { days }: { days: number }): Promise<void> {
  const { createClusterCertificate } = await import('@holdfast/control-plane/pki')
  const { certificate, key: privateKey } = await createClusterCertificate(days)
  // The key first: where it may not be written, no certificate is left that has none.
  writeNew(resolve(key), privateKey)
  writeNew(resolve(cert), certificate)
  console.log(`wrote the certificate to ${resolve(cert)} and its key to ${resolve(key)}; copy both to every node`)
}

function writeNew(path: string, content: string): void {
  try {
    writeFileSync(path, content, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CommandError(
      code === 'EEXIST'
        ? `${path} already exists and is not overwritten: remove it, or name other files.`
        : `${path} cannot be written (${code}).`,
      { cause },
    )
  }
}

function parseDays(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 36_500)
    throw new InvalidArgumentError('expected a whole number from 1 to 36500')
  return days
}
