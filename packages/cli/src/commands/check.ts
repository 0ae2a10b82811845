import { Command } from 'commander'
import { loadFrom, withConfigOptions, type ConfigOptions } from './options.ts'

export function checkCommand(): Command {
  return withConfigOptions(new Command('check'))
    .description('check the configuration, without starting anything')
    .argument('[conf]', 'configuration file, as with -c')
    .action(async (conf: string | undefined, options: ConfigOptions) => {
      const { checkMaterial } = await import('../settings/material.ts')
      const { settings, file, warnings } = loadFrom(conf === undefined ? options : { ...options, conf })
      for (const warning of warnings) console.error(`warning: ${warning}`)
      checkMaterial(settings)
      console.log(
        file === undefined
          ? 'the configuration is valid (no file, KONG_* variables and defaults)'
          : `the configuration at ${file} is valid`,
      )
    })
}
