import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate and its key, both PEM. */
export interface TestCertificate {
  certificate: string
  key: string
}

/** A new authority that trusts itself and can sign certificates of servers. */
export function createAuthority(name = 'test authority'): TestCertificate {
  const keys = generateKeys()
  return create({ subject: name, issuer: name, keys, signingKey: keys.privateKey, extensions: [authorityRight()] })
}

/** A certificate for 127.0.0.1 and localhost, signed by an authority. */
export function createServerCertificate(authority: TestCertificate, issuer = 'test authority'): TestCertificate {
  const signingKey = createPrivateKey(authority.key)
  return create({ subject: 'localhost', issuer, keys: generateKeys(), signingKey, extensions: [loopbackNames()] })
}

interface Draft {
  subject: string
  issuer: string
  keys: { publicKey: KeyObject; privateKey: KeyObject }
  signingKey: KeyObject
  extensions: Buffer[]
}

/** X.509 by hand (RFC 5280): Node reads certificates and makes none, and openssl is not on every machine. */
function create({ subject, issuer, keys, signingKey, extensions }: Draft): TestCertificate {
  const dayMs = 86_400_000
  const validity = sequence(time(Date.now() - dayMs), time(Date.now() + dayMs))
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    validity,
    nameOf(subject),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const certificate = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, signingKey)))
  const lines = certificate
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n')
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function generateKeys() {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
}

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))

function authorityRight(): Buffer {
  return sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff])))))
}

function loopbackNames(): Buffer {
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
  return sequence(oid('551d11'), der(0x04, names))
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))))
}

function time(at: number): Buffer {
  return der(0x18, Buffer.from(`${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)}Z`))
}

function bits(content: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), content]))
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

/** Tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
