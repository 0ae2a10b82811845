import { issueCertificate, type KeyedCertificate } from './issue.ts'

/** A certificate authority for `cluster_mtls = pki`. Its key belongs on no node. */
export function createAuthority(commonName: string, days = 10 * 365): Promise<KeyedCertificate> {
  return issueCertificate({ commonName, altNames: [], days, usage: 'authority' })
}

export interface NodeCertificateRequest {
  readonly commonName: string
  /** Names and addresses under which the node is reached; a data plane needs none. */
  readonly altNames?: readonly string[]
  readonly usage: 'server' | 'client'
  readonly days?: number
}

/** A node's own certificate: `server` for a control plane, `client` for a data plane. */
export function issueNodeCertificate(
  authority: KeyedCertificate,
  request: NodeCertificateRequest,
): Promise<KeyedCertificate> {
  return issueCertificate({ altNames: [], days: 2 * 365, ...request, issuer: authority })
}
