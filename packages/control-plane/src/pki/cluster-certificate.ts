import { issueCertificate, type KeyedCertificate } from './issue.ts'

/** The name that both planes expect of each other in `cluster_mtls = shared`, as Kong has it. */
export const CLUSTER_NAME = 'kong_clustering'

/** One certificate for every node: `cluster_mtls = shared`, `holdfast hybrid gen_cert`. */
export function createClusterCertificate(days = 3 * 365): Promise<KeyedCertificate> {
  return issueCertificate({ commonName: CLUSTER_NAME, altNames: [CLUSTER_NAME], days, usage: 'peer' })
}
