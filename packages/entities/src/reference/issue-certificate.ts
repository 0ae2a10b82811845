import { generateKeyPairSync, sign } from 'node:crypto'

/** A self-signed certificate with its key, in PEM form, for tests. */
export function issueCertificate(
  name: string,
  keyType: 'rsa' | 'ec',
  ca: boolean,
): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } =
    keyType === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const algorithm =
    keyType === 'rsa' ? der(0x30, oid('2a864886f70d01010b'), der(0x05)) : der(0x30, oid('2a8648ce3d040302'))
  const subject = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from(name)))))
  const day = 24 * 3600 * 1000
  const validity = der(0x30, time(Date.now() - day), time(Date.now() + 30 * day))
  const constraints = der(0x30, ...(ca ? [der(0x01, Buffer.from([0xff]))] : []))
  const extension = der(0x30, oid('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, constraints))
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    subject,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, extension)),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const base64 = der(0x30, body, algorithm, signature)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function time(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
}
