import { formatAddress, parseAddress } from '@holdfast/schema'
import type { Functions } from '@holdfast/schema'

const defaultPort = 8000

export const targetFunctions: Functions = {
  validators: {
    target: (text: string) =>
      normalizeTarget(text) === undefined ? 'Invalid target; not a valid hostname or ip address' : undefined,
  },
  transforms: { target: ({ target }) => ({ target: normalizeTarget(target) ?? target }) },
}

/** The one form in which a target is stored, so that an address cannot be there twice; undefined if it is no address. */
export function normalizeTarget(text: string): string | undefined {
  const address = parseAddress(text)
  return typeof address === 'string' ? undefined : formatAddress(address, defaultPort)
}
