import { Command } from 'commander'
import root from '../../../../package.json' with { type: 'json' }

/** The release of Kong Gateway whose behaviour is ours. */
const KONG = '3.9.3'

export function versionCommand(): Command {
  return new Command('version')
    .description('print the version')
    .option('-a, --all', 'and what it stands on')
    .action((options: { all?: boolean }) => {
      if (options.all !== true) console.log(root.version)
      else
        console.log(
          `Holdfast: ${root.version}\nKong: ${KONG} (compatible)\nNode: ${process.versions.node}\nOpenSSL: ${process.versions.openssl}`,
        )
    })
}
