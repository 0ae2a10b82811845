import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { checkoutFolder } from '../checkout.ts'

/**
 * `.holdfast` in the checkout, where `npm start` keeps its state too; in the home folder where the checkout belongs to somebody else.
 * Kong's own default, /usr/local/kong, would mix our files with those of a Kong on the same machine.
 */
export function defaultPrefix(): string {
  const inCheckout = join(checkoutFolder, '.holdfast')
  return isWritable(existsSync(inCheckout) ? inCheckout : checkoutFolder) ? inCheckout : join(homedir(), '.holdfast')
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
