import type { Functions } from '../field.ts'
import { cidrV4, host, hostWithOptionalPort, hostWithWildcards, ip, ipOrCidr, sni, wildcardHost } from './hosts.ts'
import { cookieName, headerName, name, tag, utf8Name } from './names.ts'
import { path, routerPath, url } from './paths.ts'
import { certificate, key } from './pem.ts'

/** Functions that every schema may name. */
export const builtinFunctions: Functions = {
  validators: {
    certificate,
    cidr_v4: cidrV4,
    cookie_name: cookieName,
    header_name: headerName,
    host,
    host_with_optional_port: hostWithOptionalPort,
    host_with_wildcards: hostWithWildcards,
    ip,
    ip_or_cidr: ipOrCidr,
    key,
    name,
    path,
    router_path: routerPath,
    sni,
    tag,
    url,
    utf8_name: utf8Name,
    wildcard_host: wildcardHost,
  },
}
