import { frame, opcodes, pingJson, text } from './frames.js'
import type { Upgrade } from './raw-client.js'

/** A request for /ws, by somebody with a token, and its answer. */
export interface UpgradeCase extends Upgrade {
  name: string
  /** Sent in the same packet, behind the request. */
  after?: Buffer
  /** Null when the server hangs up without a word. */
  status: number | null
  /** What the server says in frames, for those that it lets in: as in ProtocolCase. */
  says?: string[]
}

const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const signedIn = ['hello', 'ack after']
const stranger = ['refused after']

const refusedKeys: Record<string, string | string[] | null> = {
  none: null,
  empty: '',
  short: 'abc',
  'of 15 bytes': 'dGhlIHNhbXBsZSBub25j',
  'of 17 bytes': 'dGhlIHNhbXBsZSBub25jZQAB',
  'not base64': 'dGhlIHNhbXBsZSBub25j!Q==',
  'with one = only': 'dGhlIHNhbXBsZSBub25jZQ=',
  twice: [key, key],
}

const refusedVersions = ['0', '7', '8', '12', '14', '-13', '13.0', '0x0d', '1e1', '013', '13, 8', 'abc', '']

const headers: UpgradeCase[] = [
  ...Object.entries(refusedKeys).map(([name, value]) => ({
    name: `a key: ${name}`,
    headers: { 'Sec-WebSocket-Key': value },
    status: 400,
  })),
  { name: 'no version', headers: { 'Sec-WebSocket-Version': null }, status: 400 },
  ...refusedVersions.map((value) => ({
    name: `version "${value}"`,
    headers: { 'Sec-WebSocket-Version': value },
    status: 400,
  })),
  ...[null, 'close', 'keep-alive', 'Upgraded'].map((value) => ({
    name: `connection: ${value}`,
    headers: { Connection: value },
    status: 400,
  })),
  ...['upgrade', 'UPGRADE', 'keep-alive, Upgrade', 'Upgrade, close'].map((value) => ({
    name: `connection: ${value}`,
    headers: { Connection: value },
    status: 101,
    says: stranger,
  })),
  ...[null, '', 'h2c', 'websocket, h2c', 'websocket/13', 'web socket'].map((value) => ({
    name: `upgrade: ${value}`,
    headers: { Upgrade: value },
    status: 400,
  })),
  { name: 'upgrade: WebSocket', headers: { Upgrade: 'WebSocket' }, status: 101, says: stranger },
  { name: 'no host', headers: { Host: null }, status: 400 },
  { name: 'headers of 15,000 bytes', headers: { 'X-Filler': 'x'.repeat(15_000) }, status: 101, says: stranger },
  { name: 'headers of 17,000 bytes', headers: { 'X-Filler': 'x'.repeat(17_000) }, status: 413 },
  { name: '1,000 headers', headers: { X: Array.from({ length: 1_000 }, () => 'x') }, status: 101, says: stranger },
  { name: 'a header with U+0000', headers: { 'X-A': 'a\0b' }, status: 400 },
  { name: 'a header with a space in its name', headers: { 'X A': 'a' }, status: 400 },
  { name: 'a foreign origin', headers: { Origin: 'https://evil.example' }, status: 403 },
  { name: 'the origin null', headers: { Origin: 'null' }, status: 403 },
]

const lines: UpgradeCase[] = [
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'].map((method) => ({ name: method, method, status: 405 })),
  { name: 'HEAD', method: 'HEAD', status: 400 },
  { name: 'OPTIONS', method: 'OPTIONS', status: 401 },
  { name: 'CONNECT', method: 'CONNECT', status: null },
  { name: 'a method that nobody knows', method: 'BREW', status: 400 },
  { name: 'a method in lower case', method: 'get', status: 400 },
  ...['HTTP/1.0', 'HTTP/0.9'].map((version) => ({ name: version, version, status: 400 })),
  { name: 'HTTP/9.9', version: 'HTTP/9.9', status: 400 },
  ...['/', '/wss', '/WS', '//ws', '/ws/x', '/ws%00', '/../ws', '/healthz', '/nope', '*'].map((path) => ({
    name: `path ${path}`,
    path,
    status: 404,
  })),
  { name: 'path /api/conversations', path: '/api/conversations', status: 401 },
  ...['/ws/', '/ws?', '/ws?a=%ff', '/ws?__proto__=1', '/ws?token[]=a', 'http://other/ws'].map((path) => ({
    name: `path ${path}`,
    path,
    status: 101,
    says: stranger,
  })),
]

/** TOKEN stands for a token that works. */
const tokens: UpgradeCase[] = [
  { name: 'a token', path: '/ws?token=TOKEN', status: 101, says: signedIn },
  ...['', 'nope', '%zz', 'TOKEN&token=TOKEN', 'TOKENx', ` TOKEN`.trimEnd().replace(' ', '%20'), 'x'.repeat(9_000)].map(
    (value) => ({ name: `token=${value.slice(0, 30)}`, path: `/ws?token=${value}`, status: 401 }),
  ),
  { name: 'a token of 20,000 bytes', path: `/ws?token=${'x'.repeat(20_000)}`, status: 413 },
  ...['bearer, TOKEN', 'TOKEN, bearer', 'bearer,TOKEN', 'bearer, TOKEN, other'].map((value) => ({
    name: `subprotocols ${value}`,
    headers: { 'Sec-WebSocket-Protocol': value },
    status: 101,
    says: signedIn,
  })),
  {
    name: 'subprotocols in two headers',
    headers: { 'Sec-WebSocket-Protocol': ['bearer', 'TOKEN'] },
    status: 101,
    says: signedIn,
  },
  {
    name: 'a token, and no bearer, among the subprotocols',
    headers: { 'Sec-WebSocket-Protocol': 'TOKEN' },
    status: 101,
    says: stranger,
  },
  ...['bearer', 'bearer, nope', 'bearer, other, TOKEN'].map((value) => ({
    name: `subprotocols ${value}`,
    headers: { 'Sec-WebSocket-Protocol': value },
    status: 401,
  })),
  ...['', 'bearer, TOKEN, TOKEN', 'bearer, bearer, TOKEN', 'bearer,,TOKEN', 'a b', 'bearer, TOKEN,', '"bearer"'].map(
    (value) => ({ name: `subprotocols "${value}"`, headers: { 'Sec-WebSocket-Protocol': value }, status: 400 }),
  ),
  {
    name: 'the token in both places',
    path: '/ws?token=TOKEN',
    headers: { 'Sec-WebSocket-Protocol': 'bearer, TOKEN' },
    status: 101,
    says: signedIn,
  },
  {
    name: 'a wrong token among the subprotocols, and a right one in the query',
    path: '/ws?token=TOKEN',
    headers: { 'Sec-WebSocket-Protocol': 'bearer, nope' },
    status: 401,
  },
  {
    name: 'a token in Authorization, where /ws does not look',
    headers: { Authorization: 'Bearer TOKEN' },
    status: 101,
    says: stranger,
  },
]

const extensions: UpgradeCase[] = [
  'permessage-deflate',
  'permessage-deflate; client_max_window_bits',
  'permessage-deflate; server_max_window_bits=99',
  'permessage-deflate, permessage-deflate; client_no_context_takeover',
  'x-webkit-deflate-frame',
  ';;;,,,"',
].map((value) => ({
  name: `extensions ${value}`,
  headers: { 'Sec-WebSocket-Extensions': value },
  status: 101,
  says: stranger,
}))

const request = Buffer.from('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')

const packets: UpgradeCase[] = [
  {
    name: 'a frame with the handshake',
    after: text(pingJson('early')),
    status: 101,
    says: ['refused early', ...stranger],
  },
  {
    name: 'a frame with the handshake and a token',
    path: '/ws?token=TOKEN',
    after: text(pingJson('early')),
    status: 101,
    says: ['ack early', ...signedIn],
  },
  { name: 'half a frame with the handshake', after: text(pingJson('after')).subarray(0, 9), status: 101, says: [] },
  { name: 'a close with the handshake', after: frame({ opcode: opcodes.close }), status: 101, says: ['close 1005'] },
  { name: 'a wrong frame with the handshake', after: frame({ opcode: 3 }), status: 101, says: ['close 1002'] },
  { name: 'a request behind the handshake', after: request, status: 101, says: ['close 1002'] },
  { name: 'a second handshake', after: Buffer.concat([request, request]), status: 101, says: ['close 1002'] },
  { name: 'garbage behind the handshake', after: Buffer.alloc(5_000, 0xff), status: 101, says: ['close 1002'] },
  {
    name: 'a body',
    headers: { 'Content-Length': '5' },
    after: Buffer.from('hello'),
    status: 101,
    says: ['close 1002'],
  },
  { name: 'a request behind a refused handshake', path: '/ws?token=nope', after: request, status: 401 },
  { name: 'garbage behind a refused handshake', path: '/ws?token=nope', after: Buffer.alloc(5_000, 0xff), status: 401 },
]

export const upgradeCases = [...headers, ...lines, ...tokens, ...extensions, ...packets]
