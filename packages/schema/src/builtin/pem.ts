import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'

/** A certificate in PEM form; of a chain, the first one counts. */
export function certificate(pem: string): string | undefined {
  return problem(() => new X509Certificate(pem), 'invalid certificate')
}

/** A key in PEM form; private keys must not be protected by a passphrase. */
export function key(pem: string): string | undefined {
  return problem(() => {
    if (pem.includes('PRIVATE KEY-----')) createPrivateKey(pem)
    else createPublicKey(pem)
  }, 'invalid key')
}

function problem(read: () => unknown, what: string): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    return `${what}: ${error instanceof Error ? error.message : String(error)}`
  }
}
