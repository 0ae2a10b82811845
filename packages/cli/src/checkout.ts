import { fileURLToPath } from 'node:url'

/** The top of the repository, where `package.json`, `.holdfast/` and `certs/` are. */
export const checkoutFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')
