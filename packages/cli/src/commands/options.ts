// The options that several subcommands share.
import type { Command } from 'commander'
import { loadSettings, type LoadedSettings } from '../settings/load.ts'

export interface ConfigOptions {
  readonly conf?: string
  readonly prefix?: string
}

export function withConfigOptions(command: Command): Command {
  return command
    .option('-c, --conf <file>', 'configuration file')
    .option('-p, --prefix <folder>', 'folder for state; wins over the file and KONG_PREFIX')
}

export function loadFrom(options: ConfigOptions): LoadedSettings {
  return loadSettings({
    file: options.conf,
    env: process.env,
    ...(options.prefix !== undefined && { overrides: { prefix: options.prefix } }),
  })
}
