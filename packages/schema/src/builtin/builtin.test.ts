import { describe, expect, test } from 'vitest'
import { formatAddress, parseAddress } from './address.ts'
import { builtinFunctions } from './functions.ts'
import { normalizePath } from './paths.ts'

describe('named validators', () => {
  const ok = undefined
  const cases: [name: string, value: string, text: string | undefined][] = [
    ['host', 'a.test', ok],
    ['host', 'a.test.', ok],
    ['host', '10.0.0.1', ok],
    ['host', '::1', ok],
    ['host', 'a b', 'invalid value: a b'],
    ['host', 'a..b', 'invalid value: a..b'],
    ['host', 'a-.b', 'invalid value: a-.b'],
    ['host', '10.0.0.256', 'invalid value: 10.0.0.256'],
    ['host', 'a.test:80', 'must not have a port'],
    ['host', 'a.test:99999', 'must not have a port'],
    ['host_with_optional_port', 'a.test:80', ok],
    ['host_with_optional_port', 'a.test:99999', 'invalid port number'],
    ['host_with_optional_port', 'a b', 'invalid hostname: a b'],
    ['wildcard_host', '*.a.test', ok],
    ['wildcard_host', 'a.*', ok],
    ['wildcard_host', 'a.*.b', 'wildcard must be leftmost or rightmost character'],
    ['wildcard_host', '*.a.*', 'only one wildcard must be specified'],
    ['wildcard_host', '10.0.0.1', 'must not be an IP'],
    ['sni', 'a.test:443', 'must not have a port'],
    ['ip', '::1', ok],
    ['ip', 'fe80::1%eth0', 'not an ip address: fe80::1%eth0'],
    ['ip_or_cidr', '10.0.0.0/8', ok],
    ['ip_or_cidr', '10.0.0.0/33', "invalid ip or cidr range: '10.0.0.0/33'"],
    ['ip_or_cidr', 'fe80::/128', ok],
    ['ip_or_cidr', '10.0.0.0/08', "invalid ip or cidr range: '10.0.0.0/08'"],
    ['path', '/a%20b', ok],
    ['path', '/a b', "invalid path: '/a b' (characters outside of the reserved list of RFC 3986 found)"],
    ['path', '/a%2', "invalid url-encoded value: '%2'"],
    ['router_path', '/sp ace', ok],
    ['router_path', '/a/../b', "non-normalized path, consider use '/b' instead"],
    ['router_path', '/caf%c3%a9', "non-normalized path, consider use '/café' instead"],
    ['router_path', '~/a/(?<id>[0-9]+)$', ok],
    [
      'router_path',
      '~/a(?=b)',
      "invalid regex: '/a(?=b)' (error parsing regexp: invalid or unsupported Perl syntax: `(?=`)",
    ],
    ['url', 'http://a.test', ok],
    ['url', '/x', 'missing host in url'],
    ['url', '//a.test', 'missing scheme in url'],
    ['tag', 'a b é', ok],
    ['tag', 'a,b', "invalid tag 'a,b': expected printable ascii (except `,` and `/`) or valid utf-8 sequences"],
    ['tag', 'a\ud800', 'invalid utf-8 character sequence detected at position 2'],
    ['utf8_name', 'ünder_score', ok],
    ['utf8_name', 'a b', "invalid value 'a b': the only accepted ascii characters are alphanumerics or ., -, _, and ~"],
    ['header_name', 'x a', "bad header name 'x a', allowed characters are A-Z, a-z, 0-9, '_', and '-'"],
    ['cookie_name', 'session', ok],
  ]
  for (const [name, value, text] of cases)
    test(`${name} ${JSON.stringify(value)}`, () => expect(builtinFunctions.validators![name]!(value)).toBe(text))
})

describe('addresses', () => {
  const cases: [string, string][] = [
    ['1.2.3.4:80', '1.2.3.4:80'],
    ['001.2.3.4', '1.2.3.4:8000'],
    ['::1', '[0000:0000:0000:0000:0000:0000:0000:0001]:8000'],
    ['[2001:DB8::a]:9', '[2001:0db8:0000:0000:0000:0000:0000:000a]:9'],
    ['Name.test', 'Name.test:8000'],
  ]
  for (const [text, expected] of cases)
    test(text, () => {
      const address = parseAddress(text)
      if (typeof address === 'string') throw new Error(address)
      expect(formatAddress(address, 8000)).toBe(expected)
    })
  for (const text of ['1.2.3', '::1::', '[::1', '1:2:3', 'a:b', '[::1]x', ':80'])
    test(`${text} is none`, () => expect(parseAddress(text)).toBe('invalid address'))
})

describe('normal paths', () => {
  const cases: [string, string][] = [
    ['/', '/'],
    ['/a//b', '/a/b'],
    ['/a/./b/.', '/a/b/'],
    ['/a/..', '/'],
    ['/../a', '/a'],
    ['/%41%2f%3a', '/A%2F%3A'],
  ]
  for (const [path, normal] of cases) test(path, () => expect(normalizePath(path)).toBe(normal))
})
