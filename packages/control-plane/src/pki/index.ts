export { createAuthority, issueNodeCertificate, type NodeCertificateRequest } from './authority.ts'
export { CLUSTER_NAME, createClusterCertificate } from './cluster-certificate.ts'
export type { KeyedCertificate } from './issue.ts'
export { createServerCertificate } from './server-certificate.ts'
