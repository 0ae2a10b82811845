// Unix sockets have short names: a prefix deep in a tree needs a folder elsewhere for them.
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandError } from './command-error.ts'

/** Longest path that the kernel takes, less the longest name of ours in it, PostgreSQL's `/.s.PGSQL.5432.lock`. */
const LONGEST_FOLDER = 107 - 20

/**
 * The folder for sockets, made so that `owner` (ourselves unless given) alone may enter: `preferred`, or one below the system's folder
 * for temporary files that is always the same for the same `preferred`.
 */
export function socketFolder(preferred: string, owner = process.getuid?.() ?? 0): string {
  const folder =
    Buffer.byteLength(preferred) <= LONGEST_FOLDER
      ? preferred
      : join(
          tmpdir(),
          `holdfast-${process.getuid?.() ?? 0}-${createHash('sha256').update(preferred).digest('hex').slice(0, 16)}`,
        )
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Somebody else who made it first could answer in our place.
  const found = lstatSync(folder)
  if (!found.isDirectory() || ![owner, process.getuid?.()].includes(found.uid)) {
    throw new CommandError(`${folder} belongs to somebody else: remove it, or choose a shorter prefix.`)
  }
  chmodSync(folder, 0o700)
  if (found.uid !== owner) chownSync(folder, owner, owner)
  return folder
}
